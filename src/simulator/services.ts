import type * as Grpc from '@grpc/grpc-js';
import type { BraiinsServices } from '../braiins/proto/load';
import type { WireChunk, WireSetHashboardsRequest, WireSetHashboardsResponse } from '../braiins/proto/wire/miner';
import { Gate, type GateRules, Refusal, tokenMetadata } from './gate';
import type { ImplicitDefaults } from './implicitDefaults';
import type { Machine } from './machine';
import { wireStatus } from './messages';
import type { Reflection } from './reflection';
import type { Sessions } from './sessions';

/** What every miner of a fleet shares: the gRPC library and the compiled definitions. */
export interface Protocol {
  readonly grpc: typeof Grpc;
  readonly services: BraiinsServices;
  readonly defaults: ImplicitDefaults;
  readonly reflection: Reflection;
}

/** A gRPC server with all services of a miner, which listens nowhere yet. */
export function buildServer(protocol: Protocol, machine: Machine, rules: GateRules): Grpc.Server {
  const { grpc, services } = protocol;
  const server = new grpc.Server({ 'grpc.enable_channelz': 0 });
  const gate = new Gate(grpc, server, protocol.defaults, rules);
  gate.unary(services.apiVersion.GetApiVersion, () => machine.apiVersion());
  addAuthentication(gate, protocol, rules.sessions);
  addMiner(gate, protocol, machine);
  gate.unary(services.cooling.GetCoolingState, () => machine.cooling());
  protocol.reflection.addTo(server);
  return server;
}

function addAuthentication(gate: Gate, { grpc, services }: Protocol, sessions: Sessions): void {
  gate.unary(services.authentication.Login, ({ username = '', password = '' }, call) => {
    const token = sessions.login(username, password);
    if (token === undefined) {
      throw new Refusal(grpc.status.UNAUTHENTICATED, 'The user name or the password is wrong.');
    }
    call.sendMetadata(tokenMetadata(grpc, token));
    return { token, timeout_s: sessions.timeoutS };
  });
  gate.unary(services.authentication.SetPassword, ({ password = '' }) => {
    sessions.setPassword(password);
    return {};
  });
}

function addMiner(gate: Gate, { grpc, services: { miner } }: Protocol, machine: Machine): void {
  gate.serverStream(miner.GetMinerStatus, (_request, call) => {
    const following = machine.followState((state) => call.write({ status: wireStatus(state) }));
    call.on('cancelled', () => following.dispose());
  });
  gate.unary(miner.GetMinerDetails, () => machine.details());
  gate.unary(miner.GetMinerStats, () => machine.stats());
  gate.unary(miner.GetErrors, () => machine.errors());
  gate.unary(miner.GetHashboards, () => machine.hashboards());
  gate.serverStream(miner.GetSupportArchive, (request, call) => send(call, machine.supportArchive(request)));
  gate.serverStream(miner.GetLog, (request, call) => send(call, machine.log(request)));
  gate.unary(miner.EnableHashboards, (request) => switchBoards(grpc, machine, request, true));
  gate.unary(miner.DisableHashboards, (request) => switchBoards(grpc, machine, request, false));
}

function send<Request>(call: Grpc.ServerWritableStream<Request, WireChunk>, chunks: readonly Buffer[]): void {
  for (const chunk of chunks) {
    call.write({ chunk_data: chunk });
  }
  call.end();
}

function switchBoards(
  grpc: typeof Grpc,
  machine: Machine,
  request: WireSetHashboardsRequest,
  on: boolean,
): WireSetHashboardsResponse {
  const ids = request.hashboard_ids ?? [];
  const unknown = machine.unknownBoard(ids);
  if (unknown !== undefined) {
    throw new Refusal(grpc.status.NOT_FOUND, `There is no hashboard "${unknown}".`);
  }
  if (request.save_action === undefined || request.save_action === 'SAVE_ACTION_UNSPECIFIED') {
    throw new Refusal(grpc.status.INVALID_ARGUMENT, 'save_action is missing.');
  }
  return { hashboards: machine.switchBoards(ids, on) };
}
