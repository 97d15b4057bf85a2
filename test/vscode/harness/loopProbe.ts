import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How late the extension host's event loop was, in ms, in one stretch of time. */
export interface LoopDelay {
  /** When the stretch ended, in ms since the epoch. */
  readonly at: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const MANIFEST = {
  name: 'loop-probe',
  publisher: 'fleet-cache-tests',
  version: '1.0.0',
  engines: { vscode: '^1.101.0' },
  main: './extension.js',
  activationEvents: ['*'],
};

/** Runs in the extension host, beside the product. */
function extensionSource(file: string): string {
  return `const { monitorEventLoopDelay } = require('node:perf_hooks');
const { appendFileSync } = require('node:fs');
exports.activate = () => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  setInterval(() => {
    const [p50, p99] = [50, 99].map((share) => delay.percentile(share) / 1e6);
    const line = { at: Date.now(), p50, p99, max: delay.max / 1e6 };
    delay.reset();
    appendFileSync(${JSON.stringify(file)}, JSON.stringify(line) + '\\n');
  }, 500);
};
`;
}

/** An extension that looks at the event loop that it shares with the product. */
export class LoopProbe {
  private constructor(
    /** Its folder, to be installed. */
    readonly folder: string,
    private readonly directory: string,
    private readonly file: string,
  ) {}

  static async make(): Promise<LoopProbe> {
    const directory = await mkdtemp(join(tmpdir(), 'fleet-cache-probe-'));
    const file = join(directory, 'delays.jsonl');
    await writeFile(join(directory, 'package.json'), JSON.stringify(MANIFEST));
    await writeFile(join(directory, 'extension.js'), extensionSource(file));
    return new LoopProbe(directory, directory, file);
  }

  /** What it saw in stretches that ended between two moments, of `Date.now`. */
  async between(from: number, to: number): Promise<readonly LoopDelay[]> {
    const lines = (await readFile(this.file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as LoopDelay).filter(({ at }) => at >= from && at <= to);
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}
