import { Agent, request } from 'node:http';
import { TOKEN } from './serverProcess';

const REQUEST_TIMEOUT_MS = 60_000;

interface Answer {
  readonly sessionId: string | undefined;
  readonly text: string;
}

/**
 * A client that does no more than it must: one connection that is kept open, and no check of what comes. What a client costs would
 * hide what servers cost.
 */
export class LeanClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private sessionId: string | undefined;
  private nextId = 0;

  private constructor(private readonly url: string) {}

  static async connect(url: string): Promise<LeanClient> {
    const client = new LeanClient(url);
    const { sessionId } = await client.post({
      id: client.nextId++,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
    });
    client.sessionId = sessionId;
    await client.post({ method: 'notifications/initialized' });
    return client;
  }

  /** @returns what was answered. @throws when that is an error of the protocol, or a tool's. */
  async ask<T>(method: string, params: object): Promise<T> {
    const { text } = await this.post({ id: this.nextId++, method, params });
    const data = text.split('\n').find((line) => line.startsWith('data: ')) ?? 'data: {}';
    const answer = JSON.parse(data.slice('data: '.length)) as { result?: T & { readonly isError?: boolean } };
    if (answer.result === undefined || answer.result.isError === true) {
      throw new Error(`${method} failed: ${text.slice(0, 500)}`);
    }
    return answer.result;
  }

  close(): void {
    this.agent.destroy();
  }

  private post(message: object): Promise<Answer> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-length': Buffer.byteLength(body),
      ...(this.sessionId === undefined ? {} : { 'mcp-session-id': this.sessionId }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(this.url, { method: 'POST', agent: this.agent, headers, timeout: REQUEST_TIMEOUT_MS });
      sent.once('timeout', () => sent.destroy(new Error(`no answer in ${REQUEST_TIMEOUT_MS} ms`)));
      sent.once('error', reject);
      sent.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('error', reject);
        response.once('end', () => {
          const sessionId = response.headers['mcp-session-id'];
          if ((response.statusCode ?? 500) < 300) {
            resolve({ sessionId: typeof sessionId === 'string' ? sessionId : undefined, text });
          } else {
            reject(new Error(`${response.statusCode}: ${text.slice(0, 500)}`));
          }
        });
      });
      sent.end(body);
    });
  }
}
