import type * as Grpc from '@grpc/grpc-js';
import type { Clock } from '../base/clock';
import { hasCall, newerFieldStripper } from './apiHistory';
import type { FirmwareApi } from './firmware';
import { garble } from './garbage';
import type { ImplicitDefaults } from './implicitDefaults';
import type { OpenStreams } from './openStreams';
import { Refusal } from './refusal';
import type { Sessions } from './sessions';

/** What the gate of one miner looks at. */
export interface GateRules {
  /** What the miner's firmware speaks: calls that came later are unknown to it, and so are fields of answers. */
  readonly api: FirmwareApi;
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** How long every answer is held back, in ms; `Infinity`: there never is one. */
  delayMs(): number;
  /** Whether answers are sent such that nobody can read them. */
  isGarbling(): boolean;
  /** The streams that are open. */
  readonly streams: OpenStreams;
  /** Hears of every call that arrives, also of one that is refused, by its bare name. */
  onCall(method: string): void;
}

const TOKEN_HEADER = 'authorization';
/** What may be called without a token. */
const OPEN_METHODS: ReadonlySet<string> = new Set(['Login', 'GetApiVersion']);

/** Through it every call of a miner's own services passes: it counts, holds back, asks for the token, and answers refusals. */
export class Gate {
  private garbled = 0;

  constructor(
    private readonly grpc: typeof Grpc,
    private readonly server: Grpc.Server,
    private readonly defaults: ImplicitDefaults,
    private readonly rules: GateRules,
  ) {}

  unary<Request, Response>(
    method: Grpc.MethodDefinition<Request, Response>,
    answer: (request: Request, call: Grpc.ServerUnaryCall<Request, Response>) => Response,
  ): void {
    const handler: Grpc.handleUnaryCall<Request, Response> = (call, callback) =>
      this.pass(
        call,
        () => callback(null, answer(call.request, call)),
        (status) => callback(status),
      );
    this.register(method, handler, 'unary');
  }

  serverStream<Request, Response>(
    method: Grpc.MethodDefinition<Request, Response>,
    answer: (request: Request, call: Grpc.ServerWritableStream<Request, Response>) => void,
  ): void {
    const handler: Grpc.handleServerStreamingCall<Request, Response> = (call) =>
      this.pass(
        call,
        () => {
          this.rules.streams.add(call);
          answer(call.request, call);
        },
        (status) => call.emit('error', status),
      );
    this.register(method, handler, 'serverStream');
  }

  private register<Request, Response>(
    method: Grpc.MethodDefinition<Request, Response>,
    handler: Grpc.handleUnaryCall<Request, Response> | Grpc.handleServerStreamingCall<Request, Response>,
    type: 'unary' | 'serverStream',
  ): void {
    this.server.register(method.path, handler, this.serializer(method), method.requestDeserialize, type);
  }

  private serializer<Request, Response>(method: Grpc.MethodDefinition<Request, Response>) {
    const serialize = this.defaults.serializer(method);
    const strip = newerFieldStripper(this.rules.api, method.path);
    return (answer: Response) => {
      const bytes = serialize(strip === undefined ? answer : strip(answer));
      return this.rules.isGarbling() ? garble(bytes, this.garbled++) : bytes;
    };
  }

  private pass(
    call: Grpc.ServerUnaryCall<unknown, unknown> | Grpc.ServerWritableStream<unknown, unknown>,
    answer: () => void,
    refuse: (status: Partial<Grpc.StatusObject>) => void,
  ): void {
    const path = call.getPath();
    const method = path.slice(path.lastIndexOf('/') + 1);
    this.rules.onCall(method);
    if (!hasCall(this.rules.api, path)) {
      refuse({ code: this.grpc.status.UNIMPLEMENTED, details: `This firmware does not know ${path}.` });
      return;
    }
    const proceed = () => {
      if (call.cancelled) {
        return;
      }
      if (!OPEN_METHODS.has(method) && !this.rules.sessions.admit(tokenOf(call.metadata))) {
        refuse({
          code: this.grpc.status.UNAUTHENTICATED,
          details: 'The token is missing, unknown or expired. Log in first.',
        });
        return;
      }
      try {
        answer();
      } catch (error) {
        if (!(error instanceof Refusal)) {
          throw error;
        }
        refuse({ code: error.code, details: error.message });
      }
    };
    const delayMs = this.rules.delayMs();
    if (delayMs === Number.POSITIVE_INFINITY) {
      return;
    }
    if (delayMs > 0) {
      const timer = this.rules.clock.setTimeout(proceed, delayMs);
      call.on('cancelled', () => timer.dispose());
    } else {
      proceed();
    }
  }
}

function tokenOf(metadata: Grpc.Metadata): string | undefined {
  return metadata.get(TOKEN_HEADER)[0]?.toString();
}

/** Initial metadata that carries a fresh token. */
export function tokenMetadata(grpc: typeof Grpc, token: string): Grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set(TOKEN_HEADER, token);
  return metadata;
}
