import { Client, credentials, Metadata, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { type BraiinsServices, loadMinerServices } from '../../../src/braiins/proto/load';
import { type Miner, minerAddress } from '../../../src/fleet/miner';

const DEADLINE_MS = 15_000;

export interface Answer<Response> {
  readonly response: Response;
  /** Initial metadata. */
  readonly metadata: Metadata;
}

/** A bare gRPC client of one miner: no login, no retry, nothing in between. */
export class RawClient {
  private readonly client: Client;

  private constructor(
    miner: Pick<Miner, 'host' | 'port'>,
    readonly services: BraiinsServices,
  ) {
    this.client = new Client(minerAddress(miner), credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 200,
    });
  }

  /** @param services those of another client, to save the time that compiling them takes */
  static async connect(miner: Pick<Miner, 'host' | 'port'>, services?: BraiinsServices): Promise<RawClient> {
    return new RawClient(miner, services ?? (await loadMinerServices()));
  }

  unary<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    token?: string,
  ): Promise<Answer<Response>> {
    return new Promise((resolve, reject) => {
      let initial = new Metadata();
      const call = this.client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        tokenMetadata(token),
        { deadline: Date.now() + DEADLINE_MS },
        (error, response) =>
          error === null ? resolve({ response: response as Response, metadata: initial }) : reject(error),
      );
      call.on('metadata', (metadata) => {
        initial = metadata;
      });
    });
  }

  /** All messages of a stream that ends by itself. */
  collect<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    token?: string,
  ): Promise<Response[]> {
    return new Promise((resolve, reject) => {
      const messages: Response[] = [];
      const stream = this.stream(method, request, token);
      stream.on('data', (message: Response) => messages.push(message));
      stream.on('error', reject);
      stream.on('end', () => resolve(messages));
    });
  }

  stream<Request, Response>(method: MethodDefinition<Request, Response>, request: Request, token?: string) {
    return this.client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      tokenMetadata(token),
    );
  }

  bidi<Request, Response>(method: MethodDefinition<Request, Response>) {
    return this.client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
  }

  close(): void {
    this.client.close();
  }
}

/** The gRPC status that a call ends with; fails when it succeeds. */
export async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  try {
    await call;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error('The call was expected to fail, and did not.');
}

function tokenMetadata(token: string | undefined): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) {
    metadata.set('authorization', token);
  }
  return metadata;
}
