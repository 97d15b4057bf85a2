import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Emitter } from '../../src/base/emitter';
import type { Disposable } from '../../src/base/lifecycle';
import type { DashboardPage } from '../../src/host/dashboard/dashboardChannel';
import type { HostMessage, PageMessage } from '../../src/protocol/dashboard';

/** What the browser loads, by its path. */
export type WebviewFiles = Readonly<Record<string, { readonly type: string; readonly text: string }>>;

/** When what the last page needed was seen by the host, in ms since the epoch. */
export interface Opening {
  readonly asked: number;
  readonly ready: number;
  readonly sent: number;
}

/**
 * The way between the host's process and the page, which costs about what VS Code's costs: a message is made JSON once, goes over a
 * socket into the frame of the workbench, is read there, and goes on to the page's frame, which is of another site, by `postMessage`.
 */
export class WebviewServer {
  /** Bytes of the last message of each type. */
  readonly sizes = new Map<HostMessage['type'], number>();
  messages = 0;
  opening: Opening = { asked: 0, ready: 0, sent: 0 };

  private constructor(readonly port: number) {}

  /** @param open called for each page that comes; what it returns is disposed when the page goes. */
  static async start(files: WebviewFiles, open: (page: DashboardPage) => Disposable): Promise<WebviewServer> {
    const server = createServer((request, response) => webview.handle(request, response, files, open));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const webview = new WebviewServer((server.address() as AddressInfo).port);
    return webview;
  }

  private readonly received = new Emitter<unknown>();

  private handle(
    request: IncomingMessage,
    response: ServerResponse,
    files: WebviewFiles,
    open: (page: DashboardPage) => Disposable,
  ): void {
    const path = request.url ?? '/';
    if (path === '/messages') {
      this.connect(response, open);
      return;
    }
    if (path === '/said') {
      let text = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => {
        text += part;
      });
      request.on('end', () => {
        response.writeHead(204).end();
        const message: PageMessage = JSON.parse(text);
        if (message.type === 'ready') {
          this.opening = { ...this.opening, ready: Date.now() };
        }
        this.received.fire(message);
      });
      return;
    }
    if (path === '/page') {
      this.opening = { asked: Date.now(), ready: 0, sent: 0 };
    }
    const file = files[path];
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': `${file.type}; charset=utf-8` }).end(file.text);
  }

  private connect(response: ServerResponse, open: (page: DashboardPage) => Disposable): void {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    const opened = open({
      isVisible: true,
      onDidChangeVisibility: () => ({ dispose() {} }),
      onDidReceive: this.received.event,
      post: async (message) => {
        const text = JSON.stringify(message);
        this.sizes.set(message.type, text.length);
        this.messages++;
        if (message.type === 'snapshot') {
          this.opening = { ...this.opening, sent: Date.now() };
        }
        // Once more, as the product's message is text itself.
        response.write(`${JSON.stringify(text)}\n`);
        return true;
      },
    });
    response.on('close', () => opened.dispose());
  }
}
