import type { Browser, Page } from 'playwright-core';
import type { BenchmarkHostMessage } from '../../../src/protocol/benchmark';
import type { HostMessage, PageMessage, Request } from '../../../src/protocol/dashboard';
import type { Bundle } from './bundle';
import { themedPage } from './themedPage';
import { THEMES, type ThemeName } from './themes';

const ORIGIN = 'http://dashboard.test';

export interface PageOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** `benchmark` needs that page's bundle. */
  readonly layout?: 'panel' | 'compact' | 'benchmark';
  /** What VS Code kept for the page. */
  readonly state?: unknown;
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

/** What the test's own script in the page keeps for it. */
interface HostWindow {
  readonly hostSide: { readonly sent: PageMessage[]; state: unknown };
}

/** The built page in a real Chromium, under the host's policy, with a host that records what it is told. */
export class DashboardPage {
  /** Whatever must not happen: dialogs, faults, refused styles or scripts, and requests to anywhere. */
  readonly problems: string[] = [];

  private constructor(readonly page: Page) {}

  static async open(browser: Browser, bundle: Bundle, options: PageOptions = {}): Promise<DashboardPage> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1_400, height: options.height ?? 1_000 },
      reducedMotion: options.reducedMotion ?? 'no-preference',
    });
    const dashboard = new DashboardPage(page);
    await dashboard.watch(bundle, options);
    await page.goto(`${ORIGIN}/`);
    return dashboard;
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.page.close();
  }

  /** Sends messages at once, and waits until the page has drawn what they changed. */
  async send(...messages: readonly (HostMessage | BenchmarkHostMessage)[]): Promise<void> {
    await this.page.evaluate(
      (texts) => {
        for (const text of texts) {
          window.postMessage(text, '*');
        }
      },
      messages.map((message) => JSON.stringify(message)),
    );
    await this.settle();
  }

  /** Two frames: one in which it draws, and one in which what that brought about is drawn, such as other sizes. */
  async settle(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise((resolve) => {
          setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(resolve))), 0);
        }),
    );
  }

  async setTheme(theme: ThemeName): Promise<void> {
    const { bodyClass, variables } = THEMES[theme];
    await this.page.evaluate(
      ([classes, entries]) => {
        for (const [name, value] of entries) {
          document.documentElement.style.setProperty(name, value);
        }
        const ours = [...document.body.classList].filter((name) => !name.startsWith('vscode-'));
        document.body.className = [...ours, ...classes.split(' ')].join(' ');
      },
      [bodyClass, Object.entries(variables)] as const,
    );
    await this.settle();
  }

  async sent(): Promise<readonly PageMessage[]> {
    return await this.page.evaluate(() => (window as unknown as HostWindow).hostSide.sent);
  }

  async requests(): Promise<readonly Request[]> {
    return (await this.sent()).flatMap((message) => (message.type === 'request' ? [message.request] : []));
  }

  async keptState(): Promise<unknown> {
    return await this.page.evaluate(() => (window as unknown as HostWindow).hostSide.state);
  }

  /** By how many pixels the page is wider than its window. */
  async overflow(): Promise<number> {
    return await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  private async watch(bundle: Bundle, options: PageOptions): Promise<void> {
    const { page, problems } = this;
    page.on('pageerror', (error) => problems.push(`fault: ${error.message}`));
    page.on('console', (message) => {
      // The tests read canvases, which the page itself never does.
      const isOurs = message.text().includes('willReadFrequently');
      if ((message.type() === 'error' || message.type() === 'warning') && !isOurs) {
        problems.push(`console: ${message.text()}`);
      }
    });
    page.on('dialog', async (dialog) => {
      problems.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    const { theme = 'dark', layout = 'panel', state } = options;
    const html = themedPage(theme, layout, hostSide(state));
    const files = new Map([
      ['/', { contentType: 'text/html; charset=utf-8', body: html }],
      ['/page.js', { contentType: 'text/javascript; charset=utf-8', body: bundle.script }],
      ['/page.css', { contentType: 'text/css; charset=utf-8', body: bundle.styles }],
    ]);
    await page.route('**/*', async (route) => {
      const url = new URL(route.request().url());
      const file = url.origin === ORIGIN ? files.get(url.pathname) : undefined;
      if (file === undefined) {
        problems.push(`request: ${url.href}`);
        await route.abort();
      } else {
        await route.fulfill(file);
      }
    });
  }
}

/** Keeps what the page says for the test. */
function hostSide(state: unknown): string {
  return `window.hostSide = { sent: [], state: ${JSON.stringify(state ?? null)} };
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => window.hostSide.sent.push(message),
      getState: () => window.hostSide.state,
      setState: (state) => { window.hostSide.state = state; },
    });`;
}
