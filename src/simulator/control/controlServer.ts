import type * as Grpc from '@grpc/grpc-js';
import { ConfigurationError, describeError, FleetCacheError } from '../../base/errors';
import { loadPackageDefinition } from '../../braiins/proto/packageDefinition';
import { SHARED_HOST } from '../addresses';
import { makeFault } from '../faults';
import { Listener } from '../listener';
import { Reflection } from '../reflection';
import { type MinerSelection, UnknownMinerError } from '../selection';
import type { SimulatedFleet } from '../simulatedFleet';
import {
  CONTROL_SERVICE,
  type ControlMethods,
  controlMethods,
  WIRE_FAULT_KINDS,
  WIRE_STATES,
  type WireCallCounts,
  type WireMinerSelection,
  type WireSelectedMiners,
  type WireSelectionRequest,
  type WireSetFaultRequest,
  type WireSetStateRequest,
} from './protocol';

/** Serves the control of a fleet, with reflection, on a port of 127.0.0.1, to whoever is on this machine. */
export class ControlServer {
  private constructor(
    private readonly listener: Listener,
    private readonly injector: Grpc.ConnectionInjector,
  ) {}

  /**
   * @param port 0 for a free one
   * @throws {FleetCacheError} when it cannot listen there.
   */
  static async start(fleet: SimulatedFleet, port: number): Promise<ControlServer> {
    const [grpc, definition] = await Promise.all([import('@grpc/grpc-js'), loadPackageDefinition()]);
    const server = new grpc.Server({ 'grpc.enable_channelz': 0 });
    addControl(grpc, server, controlMethods(definition), fleet);
    (await Reflection.load(definition, [CONTROL_SERVICE])).addTo(server);
    const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    const listener = new Listener(SHARED_HOST, port, (socket) => injector.injectConnection(socket));
    try {
      await listener.open();
    } catch (error) {
      injector.destroy();
      throw new FleetCacheError(
        `--control cannot listen on ${SHARED_HOST}:${port}: ${describeError(error)}. Use another port, or 0 for a free one.`,
        { cause: error },
      );
    }
    return new ControlServer(listener, injector);
  }

  /** Host and port. */
  get address(): string {
    return `${this.listener.host}:${this.listener.port}`;
  }

  async stop(): Promise<void> {
    await this.listener.close();
    this.injector.destroy();
  }
}

function addControl(grpc: typeof Grpc, server: Grpc.Server, methods: ControlMethods, fleet: SimulatedFleet): void {
  const serve = <Request, Response>(
    { path, requestDeserialize, responseSerialize }: Grpc.MethodDefinition<Request, Response>,
    answer: (request: Request) => Promise<Response>,
  ) => {
    const handler: Grpc.handleUnaryCall<Request, Response> = (call, callback) => {
      answer(call.request).then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: statusOf(grpc, error), details: describeError(error) }),
      );
    };
    server.register(path, handler, responseSerialize, requestDeserialize, 'unary');
  };
  serve(methods.SetFault, (request) => setFault(fleet, request));
  serve(methods.ClearFault, (request) => clearFault(fleet, request));
  serve(methods.SetState, (request) => setState(fleet, request));
  serve(methods.ExpireTokens, (request) => expireTokens(fleet, request));
  serve(methods.GetCallCounts, (request) => callCounts(fleet, request));
}

async function setFault(fleet: SimulatedFleet, request: WireSetFaultRequest): Promise<WireSelectedMiners> {
  const kind = WIRE_FAULT_KINDS.get(String(request.kind));
  if (kind === undefined) {
    throw new ConfigurationError(
      `There is no fault "${request.kind ?? ''}". Set kind to one of ${[...WIRE_FAULT_KINDS.keys()].join(', ')}.`,
    );
  }
  const selection = selectionOf(request);
  await fleet.setFault(makeFault(kind, request.duration_ms), selection);
  return selected(fleet, selection);
}

async function clearFault(fleet: SimulatedFleet, request: WireSelectionRequest): Promise<WireSelectedMiners> {
  const selection = selectionOf(request);
  await fleet.setFault(undefined, selection);
  return selected(fleet, selection);
}

async function setState(fleet: SimulatedFleet, request: WireSetStateRequest): Promise<WireSelectedMiners> {
  const name = String(request.state ?? 'SIMULATED_STATE_UNSPECIFIED');
  if (!WIRE_STATES.has(name)) {
    throw new ConfigurationError(
      `There is no state "${name}". Set state to one of ${[...WIRE_STATES.keys()].join(', ')}.`,
    );
  }
  const selection = selectionOf(request);
  for (const miner of fleet.select(selection)) {
    miner.setState(WIRE_STATES.get(name));
  }
  return selected(fleet, selection);
}

async function expireTokens(fleet: SimulatedFleet, request: WireSelectionRequest): Promise<WireSelectedMiners> {
  const selection = selectionOf(request);
  for (const miner of fleet.select(selection)) {
    miner.expireTokens();
  }
  return selected(fleet, selection);
}

async function callCounts(fleet: SimulatedFleet, request: WireSelectionRequest): Promise<WireCallCounts> {
  const counts = [...fleet.callCounts(selectionOf(request))].sort(([one], [other]) => (one < other ? -1 : 1));
  return { methods: counts.map(([method, calls]) => ({ method, calls })) };
}

/** An empty list of ids cannot be told from none on the wire. */
function selectionOf({ selection }: WireSelectionRequest): MinerSelection {
  const { miner_ids: ids = [], percent }: WireMinerSelection = selection ?? {};
  return { ids: ids.length === 0 ? undefined : ids, percent };
}

function selected(fleet: SimulatedFleet, selection: MinerSelection): WireSelectedMiners {
  return { miner_ids: fleet.select(selection).map(({ id }) => id) };
}

function statusOf(grpc: typeof Grpc, error: unknown): number {
  if (error instanceof UnknownMinerError) {
    return grpc.status.NOT_FOUND;
  }
  return error instanceof ConfigurationError ? grpc.status.INVALID_ARGUMENT : grpc.status.INTERNAL;
}
