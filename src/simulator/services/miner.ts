import type * as Grpc from '@grpc/grpc-js';
import type { MinerMethods, WireChunk } from '../../braiins/proto/wire/miner';
import type { Gate } from '../gate';
import type { Machine } from '../machine/machine';
import { wireStatus } from '../messages';

export function addMiner(gate: Gate, miner: MinerMethods, machine: Machine): void {
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
  gate.unary(miner.EnableHashboards, (request) => machine.switchBoards(request, true));
  gate.unary(miner.DisableHashboards, (request) => machine.switchBoards(request, false));
}

function send<Request>(call: Grpc.ServerWritableStream<Request, WireChunk>, chunks: readonly Buffer[]): void {
  for (const chunk of chunks) {
    call.write({ chunk_data: chunk });
  }
  call.end();
}
