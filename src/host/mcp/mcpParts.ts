import type { Event } from '../../base/emitter';
import type { FleetServices } from '../../service/fleetServices';

/** What a person is asked before an agent changes something. */
export interface AgentQuestion {
  /** What will be done, as a question. */
  readonly title: string;
  /** What comes of it. */
  readonly detail: string;
  /** What the person agrees to, in two or three words. */
  readonly agreement: string;
}

export interface ListenRequest {
  /** 0 for any that is free. */
  readonly port: number;
  readonly token: string;
  /** VS Code itself, or agents outside, which have to find out whose listener it is, and whose connections may break off. */
  readonly audience: 'vscode' | 'agents';
}

/** What the listeners of a window serve, for every client that comes. */
export interface Served {
  /** @throws {FleetCacheError} that says why there are none. */
  services(): Promise<FleetServices>;
  /** Tells the fleets of two windows apart; `undefined` while there is none. */
  fleet(): string | undefined;
  allowMinerControl(): boolean;
  /**
   * Resolves to whether the person agrees.
   *
   * @param client who asks, the same for each of its questions.
   * @throws {FleetCacheError} when nobody is asked now; its message says why.
   */
  askPerson(question: AgentQuestion, client: object, signal: AbortSignal): Promise<boolean>;
}

/** An MCP server that listens on this machine. */
export interface McpListener {
  readonly url: string;
  /** Clients now. */
  readonly sessionCount: number;
  /** From now on clients have to show another token; who is there is put out. */
  replaceToken(token: string): Promise<void>;
  /** Has every client begin anew. */
  endSessions(): Promise<void>;
  close(): Promise<void>;
}

/** Who listens on a port of this machine: another window or server with the same token, another program, or nobody. */
export type PortHolder =
  | { readonly type: 'ours'; readonly fleet?: string | undefined }
  | { readonly type: 'other' }
  | { readonly type: 'nobody' };

/** What the extension's entry point provides, because it is outside of this room. The MCP server's code is loaded on first use. */
export interface McpParts {
  /** @throws {ConfigurationError} when the port cannot be listened to; its cause has the system's code. */
  listen(request: ListenRequest, served: Served): Promise<McpListener>;
  /** The token in the file that leads agents to a window; `undefined` when somebody else can have written or read it. */
  readToken(path: string): Promise<string | undefined>;
  /** Does not send the token. @throws {CancelledError} */
  whoListens(port: number, token: string, signal: AbortSignal): Promise<PortHolder>;
}

/** What agents outside of VS Code need to find and to enter the listener on the fixed port. */
export interface AgentEntrance {
  token(): Promise<string>;
  /** Fires with the token that holds from now on. */
  readonly onDidChangeToken: Event<string>;
  /** Leads agents to the listener at a URL. @throws {FleetCacheError} when it cannot. */
  publish(url: string): Promise<void>;
  /** Leads agents nowhere any more. @throws {FleetCacheError} when it cannot. */
  withdraw(): Promise<void>;
  /** Whether agents were led here once, by whichever window on this machine. */
  isPublished(): Promise<boolean>;
}
