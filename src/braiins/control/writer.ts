import type { MethodDefinition } from '@grpc/grpc-js';
import type { Miner } from '../../fleet/miner';
import type { CallOptions, SaveOptions } from '../../fleet/minerControl';
import type { WriteTerms } from '../guardedCalls';
import type { LazyMinerApi } from '../lazyMinerApi';
import { wireSave } from '../mapping/requests';
import type { BraiinsServices } from '../proto/load';
import type { WireSaveAction } from '../proto/wire/units';

type Method<Request, Response> = (services: BraiinsServices) => MethodDefinition<Request, Response>;

/** Makes the calls that change miners. `secrets` are what a request carries that no message may quote. */
export class Writer {
  constructor(private readonly api: LazyMinerApi) {}

  /** A call of which two do the same as one. */
  set<Request, Response>(
    miner: Miner,
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
    secrets: readonly string[] = [],
  ): Promise<Response> {
    return this.write(miner, method, request, { signal: options.signal, isIdempotent: true, secrets });
  }

  /** As {@link set}, for a call that says how far the change goes. */
  save<Request extends { save_action?: WireSaveAction }, Response>(
    miner: Miner,
    method: Method<Request, Response>,
    request: Omit<Request, 'save_action'>,
    options: SaveOptions = {},
    secrets: readonly string[] = [],
  ): Promise<Response> {
    return this.set(miner, method, { ...request, save_action: wireSave(options.save) } as Request, options, secrets);
  }

  /** A call of which two do more than one, and which is therefore made once only. */
  once<Request, Response>(
    miner: Miner,
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
    secrets: readonly string[] = [],
  ): Promise<Response> {
    return this.write(miner, method, request, { signal: options.signal, isIdempotent: false, secrets });
  }

  /** As {@link once}, for a call that says how far the change goes. */
  saveOnce<Request extends { save_action?: WireSaveAction }, Response>(
    miner: Miner,
    method: Method<Request, Response>,
    request: Omit<Request, 'save_action'>,
    options: SaveOptions = {},
    secrets: readonly string[] = [],
  ): Promise<Response> {
    return this.once(miner, method, { ...request, save_action: wireSave(options.save) } as Request, options, secrets);
  }

  /** The miner was told to start anew: what is known of its version is to be asked again. */
  noteRestart(miner: Miner): void {
    this.api.loaded?.calls.noteRestart(miner);
  }

  private async write<Request, Response>(
    miner: Miner,
    method: Method<Request, Response>,
    request: Request,
    terms: WriteTerms,
  ): Promise<Response> {
    const { services, calls } = await this.api.get();
    return calls.write(miner, method(services), request, terms);
  }
}
