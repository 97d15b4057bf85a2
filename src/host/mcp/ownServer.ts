import { randomBytes } from 'node:crypto';
import type { McpListener } from './mcpParts';

interface Opened {
  readonly listener: McpListener;
  readonly token: string;
}

const TOKEN_BYTES = 32;

/** What VS Code itself uses: a listener with a token of this window's own, which is made when it is first asked for. */
export class OwnServer {
  private opening: Promise<Opened> | undefined;
  private opened: McpListener | undefined;

  /** @param listen on any port that is free. */
  constructor(private readonly listen: (token: string) => Promise<McpListener>) {}

  /** `undefined` until it listens. */
  get listener(): McpListener | undefined {
    return this.opened;
  }

  /** @throws {FleetCacheError} when it cannot listen. */
  open(): Promise<Opened> {
    this.opening ??= this.start();
    return this.opening;
  }

  async close(): Promise<void> {
    const { opening } = this;
    this.opening = undefined;
    const opened = await opening?.catch(() => undefined);
    if (opened !== undefined) {
      if (this.opened === opened.listener) {
        this.opened = undefined;
      }
      await opened.listener.close();
    }
  }

  private async start(): Promise<Opened> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    try {
      this.opened = await this.listen(token);
      return { listener: this.opened, token };
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }
}
