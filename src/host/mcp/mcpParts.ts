import type { Event } from '../../base/emitter';
import type { ListenRequest, PortHolder, Served } from '../../service/windowServing';

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
