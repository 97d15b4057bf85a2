import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { type BraiinsServices, loadMinerServices } from '../../../src/braiins/proto/load';
import type { WireLoginRequest, WireLoginResponse } from '../../../src/braiins/proto/wire/authentication';
import type {
  WireGetMinerDetailsResponse,
  WireGetMinerStatsResponse,
  WireGetMinerStatusResponse,
} from '../../../src/braiins/proto/wire/miner';
import type { WireApiVersion } from '../../../src/braiins/proto/wire/version';
import type { Miner } from '../../../src/fleet/miner';
import { LOGIN, minerAt } from './endpoints';

type Unary<Request, Response> = (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void;
type StatusStream = ServerWritableStream<object, WireGetMinerStatusResponse>;

/** One real gRPC server whose every answer a test can script, for what a well-behaved miner never does. */
export class TestMiner {
  /** How many times each method was called. */
  readonly calls: Record<string, number> = {};
  readonly streams = new Set<StatusStream>();
  readonly tokens = new Set<string>();
  readonly servedTokens: string[] = [];
  password = LOGIN.password;
  loginNeeded = true;
  timeoutS = 3600;
  port = 0;
  state: WireGetMinerStatusResponse = { status: 'MINER_STATUS_NORMAL' };
  onLogin: Unary<WireLoginRequest, WireLoginResponse> = (call, callback) => this.logIn(call, callback);
  onStats: Unary<object, WireGetMinerStatsResponse> = (_call, callback) =>
    callback(null, { miner_stats: { nominal_hashrate: { gigahash_per_second: 95_000 } } });
  onDetails: Unary<object, WireGetMinerDetailsResponse> = (_call, callback) => callback(null, { hostname: 'rig' });
  version: WireApiVersion = { major: 1, minor: 11 };
  onVersion: Unary<object, WireApiVersion> = (_call, callback) => callback(null, this.version);
  onStatus = (stream: StatusStream) => {
    stream.write(this.state);
  };

  private server: Server | undefined;
  private readonly served = new Map<string, (server: Server) => void>();
  private issued = 0;

  private constructor(
    private readonly services: BraiinsServices,
    private readonly tls: ServerCredentials | undefined,
  ) {}

  /** Runs until the test ends. */
  static async start(tls?: ServerCredentials): Promise<TestMiner> {
    const miner = new TestMiner(await loadMinerServices(), tls);
    await miner.up();
    onTestFinished(() => miner.down());
    return miner;
  }

  /** Answers one more method, or answers it differently from now on; an error that `answer` throws is sent as a status. */
  serve<Request, Response>(
    pick: (services: BraiinsServices) => MethodDefinition<Request, Response>,
    answer: (request: Request) => Response,
  ): void {
    const method = pick(this.services);
    const handle = this.unary<Request, Response>(method.path.split('/').pop() ?? '', (call, callback) => {
      try {
        callback(null, answer(call.request));
      } catch (error) {
        callback(error as ServiceError);
      }
    });
    const register = (server: Server) => {
      server.unregister(method.path);
      server.register(method.path, handle, method.responseSerialize, method.requestDeserialize, 'unary');
    };
    this.served.set(method.path, register);
    if (this.server !== undefined) {
      register(this.server);
    }
  }

  get miner(): Miner {
    return minerAt(this.port);
  }

  /** Listens, on the port it had before if it had one. */
  async up(): Promise<void> {
    const server = new Server();
    const { miner, authentication, apiVersion } = this.services;
    server.addService({ Login: authentication.Login }, { Login: this.unary('Login', (c, cb) => this.onLogin(c, cb)) });
    server.addService(
      { GetApiVersion: apiVersion.GetApiVersion },
      {
        GetApiVersion: this.unary<object, WireApiVersion>('GetApiVersion', (c, cb) => this.onVersion(c, cb)),
      },
    );
    server.addService(
      {
        GetMinerStats: miner.GetMinerStats,
        GetMinerDetails: miner.GetMinerDetails,
        GetMinerStatus: miner.GetMinerStatus,
      },
      {
        GetMinerStats: this.unary<object, WireGetMinerStatsResponse>('GetMinerStats', (c, cb) => this.onStats(c, cb)),
        GetMinerDetails: this.unary<object, WireGetMinerDetailsResponse>('GetMinerDetails', (c, cb) =>
          this.onDetails(c, cb),
        ),
        GetMinerStatus: (stream: StatusStream) => this.serveStatus(stream),
      },
    );
    for (const register of this.served.values()) {
      register(server);
    }
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, this.tls ?? ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    this.server = server;
  }

  /** Off, with all connections cut and all tokens forgotten, as after a power cut. */
  down(): void {
    this.server?.forceShutdown();
    this.server = undefined;
    this.tokens.clear();
    this.streams.clear();
  }

  private unary<Request, Response>(name: string, handle: Unary<Request, Response>): Unary<Request, Response> {
    return (call, callback) => {
      this.count(name);
      if (name !== 'Login' && !this.authorized(call.metadata.get('authorization')[0])) {
        callback({ code: status.UNAUTHENTICATED, details: 'token unknown or expired' });
        return;
      }
      handle(call, callback);
    };
  }

  private serveStatus(stream: StatusStream): void {
    this.count('GetMinerStatus');
    if (!this.authorized(stream.metadata.get('authorization')[0])) {
      stream.emit('error', { code: status.UNAUTHENTICATED, details: 'token unknown or expired' });
      return;
    }
    this.streams.add(stream);
    stream.on('cancelled', () => this.streams.delete(stream));
    stream.on('close', () => this.streams.delete(stream));
    this.onStatus(stream);
  }

  private logIn(
    call: ServerUnaryCall<WireLoginRequest, WireLoginResponse>,
    callback: sendUnaryData<WireLoginResponse>,
  ) {
    if (call.request.username !== LOGIN.username || call.request.password !== this.password) {
      callback({ code: status.UNAUTHENTICATED, details: `no such user or wrong password ${call.request.password}` });
      return;
    }
    const token = `token-${this.port}-${++this.issued}`;
    this.tokens.add(token);
    callback(null, { token, timeout_s: this.timeoutS });
  }

  private authorized(token: string | Buffer | undefined): boolean {
    this.servedTokens.push(String(token));
    return !this.loginNeeded || (typeof token === 'string' && this.tokens.has(token));
  }

  private count(name: string): void {
    this.calls[name] = (this.calls[name] ?? 0) + 1;
  }
}
