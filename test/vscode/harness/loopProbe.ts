import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How late the extension host's event loop was, in ms, in one stretch of time. */
export interface LoopDelay {
  /** When the stretch ended, in ms since the epoch. */
  readonly at: number;
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

/** Runs in the extension host, beside the product, and in a process of its own. */
function extensionSource(hostFile: string): string {
  return `const { monitorEventLoopDelay } = require('node:perf_hooks');
const { appendFileSync } = require('node:fs');
exports.activate = (file) => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  setInterval(() => {
    const line = { at: Date.now(), p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
    delay.reset();
    appendFileSync(typeof file === 'string' ? file : ${JSON.stringify(hostFile)}, JSON.stringify(line) + '\\n');
  }, 500);
};
if (process.argv[2] === 'idle') {
  exports.activate(process.argv[3]);
}
`;
}

/**
 * An extension that looks at the event loop that it shares with the product; and a process that does nothing but look at its own,
 * to tell what of it is the machine's.
 */
export class LoopProbe {
  private constructor(
    /** The extension's folder, to be installed. */
    readonly folder: string,
    /** Where it says what it saw. */
    private readonly hostFile: string,
    private readonly idleFile: string,
    private readonly idle: ChildProcess,
  ) {}

  static async make(): Promise<LoopProbe> {
    const folder = await mkdtemp(join(tmpdir(), 'fleet-cache-probe-'));
    const [script, hostFile, idleFile] = [
      join(folder, 'extension.js'),
      join(folder, 'host.jsonl'),
      join(folder, 'idle.jsonl'),
    ];
    await writeFile(join(folder, 'package.json'), JSON.stringify(MANIFEST));
    await writeFile(script, extensionSource(hostFile));
    return new LoopProbe(folder, hostFile, idleFile, spawn(process.execPath, [script, 'idle', idleFile]));
  }

  /** What was seen in stretches that ended between two moments, of `Date.now`. @param where in which event loop. */
  async between(from: number, to: number, where: 'host' | 'idle'): Promise<readonly LoopDelay[]> {
    const text = await readFile(where === 'host' ? this.hostFile : this.idleFile, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as LoopDelay).filter(({ at }) => at >= from && at <= to);
  }

  async remove(): Promise<void> {
    this.idle.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
