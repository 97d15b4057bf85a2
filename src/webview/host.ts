import type { Answer, HostMessage, PageMessage, Request } from '../protocol/dashboard';

/** What VS Code gives a webview's page to speak with its host. */
export interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** VS Code gives it once for each load of the page. */
export function acquireApi(): VsCodeApi {
  return acquireVsCodeApi();
}

/** What is drawn of what the host says. */
export type ToDraw = Extract<HostMessage, { type: 'snapshot' | 'rest' | 'update' }>;

interface Pending {
  readonly settle: (answer: Answer | Error) => void;
}

const ANSWER_MS = 10_000;
/** A command may ask a person something first. */
const COMMAND_MS = 10 * 60_000;
const MAX_PENDING = 100;

/** The host's end: what it sends, and requests that it answers. */
export class Host {
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;

  constructor(
    private readonly api: VsCodeApi,
    private readonly onMessage: (message: ToDraw) => void,
  ) {
    window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') {
        this.receive(JSON.parse(data));
      }
    });
  }

  ready(): void {
    this.api.postMessage({ type: 'ready' });
  }

  /** What the message of that number says can be seen. */
  drawn(number: number): void {
    this.api.postMessage({ type: 'drawn', number });
  }

  /** Rejects when the host refuses, with its reason, and when it does not answer in time. */
  request(request: Request): Promise<Answer> {
    if (this.pending.size >= MAX_PENDING) {
      return Promise.reject(new Error('The host has not answered earlier requests yet. Try again in a moment.'));
    }
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(new Error('The host did not answer. Reload the window if it does not recover.')),
        request.kind === 'runCommand' ? COMMAND_MS : ANSWER_MS,
      );
      const settle = (answer: Answer | Error) => {
        clearTimeout(timer);
        this.pending.delete(id);
        if (answer instanceof Error) {
          reject(answer);
        } else {
          resolve(answer);
        }
      };
      this.pending.set(id, { settle });
      this.api.postMessage({ type: 'request', id, request });
    });
  }

  private receive(message: HostMessage): void {
    switch (message.type) {
      case 'snapshot':
      case 'rest':
      case 'update':
        this.onMessage(message);
        return;
      case 'answer':
        this.pending.get(message.id)?.settle(message.answer);
        return;
      case 'refused':
        this.pending.get(message.id)?.settle(new Error(message.reason));
    }
  }
}
