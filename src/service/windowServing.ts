import type { FleetServices } from './fleetServices';

/** What a person is asked before something is changed. Made of what is known here, never of what a model wrote. */
export interface Question {
  /** What will be done, as a question. */
  readonly title: string;
  /** What comes of it, in one or two sentences. */
  readonly detail: string;
  /** What the person agrees to, in two or three words. */
  readonly agreement: string;
}

/** How a window listens for agents. */
export interface ListenRequest {
  /** 0 for any that is free. */
  readonly port: number;
  /** What clients have to show. */
  readonly token: string;
  /** VS Code itself, or agents outside, which have to find out whose listener it is, and whose connections may break off. */
  readonly audience: 'vscode' | 'agents';
}

/** What the listeners of a window serve, for every client that comes. It comes and goes while there are some. */
export interface Served {
  /** @throws {FleetCacheError} that says why there are none. */
  services(): Promise<FleetServices>;
  /** Tells fleets apart without naming them, in ASCII; `undefined` while there is none. */
  fleet(): string | undefined;
  /** Whether a client that comes now may have miners do something. */
  allowMinerControl(): boolean;
  /**
   * Resolves to whether a person agrees.
   *
   * @param client who asks, the same for each of its questions.
   * @throws {FleetCacheError} when nobody is asked now; its message says why.
   */
  askPerson(question: Question, client: object, signal: AbortSignal): Promise<boolean>;
}

/** Who listens on a port of this machine: another window or server with the same token, another program, or nobody. */
export type PortHolder =
  | { readonly type: 'ours'; readonly fleet?: string | undefined }
  | { readonly type: 'other' }
  | { readonly type: 'nobody' };
