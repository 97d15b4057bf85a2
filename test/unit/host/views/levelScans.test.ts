import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../../src/cache/store';
import { LevelScans } from '../../../../src/host/views/levelScans';
import type { KeyExplorer } from '../../../../src/service/keyExplorer';
import { ManualClock } from '../../../fixtures/manualClock';

type ScanOptions = NonNullable<Parameters<KeyExplorer['scan']>[1]>;

interface Scan {
  readonly prefix: string;
  readonly options: ScanOptions;
  end(): void;
  fail(error: Error): void;
}

/** Scans that end when the test says so, or when they are cancelled. */
class Stand {
  readonly clock = new ManualClock();
  readonly scans: Scan[] = [];
  readonly complete = new Set<string>();
  /** Keys that the explorer has by now. */
  listed = 0;
  readonly levelScans: LevelScans;

  constructor() {
    const explorer: Pick<KeyExplorer, 'scan' | 'level'> = {
      level: (prefix) => ({
        prefix,
        namespaces: [],
        keys: [],
        hidden: 0,
        listed: this.listed,
        total: undefined,
        complete: this.complete.has(prefix) || this.complete.has(''),
        scanning: this.scans.some((scan) => prefix.startsWith(scan.prefix)),
        sorting: false,
      }),
      scan: (prefix, options = {}) => this.scan(prefix, options),
    };
    this.levelScans = new LevelScans(explorer, this.clock, () => {});
    this.levelScans.setVisible(true);
  }

  get running(): string[] {
    return this.scans.map(({ prefix }) => prefix);
  }

  get only(): Scan {
    expect(this.scans).toHaveLength(1);
    return this.scans[0] as Scan;
  }

  private async scan(prefix: string, options: ScanOptions): Promise<{ readonly complete: boolean }> {
    let scan: Scan | undefined;
    try {
      return await new Promise((resolve, reject) => {
        scan = {
          prefix,
          options,
          end: () => {
            this.complete.add(prefix);
            resolve({ complete: true });
          },
          fail: reject,
        };
        this.scans.push(scan);
        options.signal?.addEventListener('abort', () => resolve({ complete: false }));
      });
    } finally {
      this.scans.splice(this.scans.indexOf(scan as Scan), 1);
    }
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('LevelScans', () => {
  it('lists an open level once, and none that is listed with the one above', async () => {
    const { levelScans, of } = aStand();
    levelScans.want('');
    levelScans.want('');
    levelScans.want('v1:');
    expect(of.running).toEqual(['']);
    of.only.end();
    await turn();
    levelScans.want('v1:cache:');
    expect(of.running).toEqual([]);
    expect(levelScans.state).toEqual({ type: 'idle' });
  });

  it('tells how far it is, and goes on after it was cancelled when somebody wants it', async () => {
    const { levelScans, of } = aStand();
    levelScans.want('');
    const progress = { listed: 10, scanned: 10, total: 100 };
    of.only.options.onProgress?.(progress);
    expect(levelScans.state).toEqual({ type: 'running', progress, isAgain: false });
    levelScans.cancel();
    of.listed = 12;
    await turn();
    expect(of.running).toEqual([]);
    expect(levelScans.state).toEqual({ type: 'cancelled', progress: { ...progress, listed: 12 } });
    // A repaint asks for the level again, which is no reason to go on.
    levelScans.want('');
    levelScans.setVisible(false);
    levelScans.setVisible(true);
    expect(of.running).toEqual([]);
    levelScans.resume();
    expect(of.running).toEqual(['']);
    of.only.end();
    await turn();
    expect(levelScans.state).toEqual({ type: 'idle' });
  });

  it('has nothing to go on with where all was listed just before it was cancelled', async () => {
    const { levelScans, of } = aStand();
    levelScans.want('');
    const { end } = of.only;
    end();
    levelScans.cancel();
    await turn();
    expect(levelScans.state).toEqual({ type: 'idle' });
    of.clock.advance(30_000);
    expect(of.running).toEqual(['']);
  });

  it('asks nothing while nobody sees the view, and goes on when somebody does', async () => {
    const { levelScans, of } = aStand();
    levelScans.want('');
    levelScans.setVisible(false);
    await turn();
    expect(of.running).toEqual([]);
    levelScans.restart();
    expect(of.running).toEqual([]);
    levelScans.setVisible(true);
    expect(of.running).toEqual(['']);
  });

  it('does not go on by itself with what was cancelled just before nobody saw the view', async () => {
    const { levelScans, of } = aStand();
    levelScans.want('');
    levelScans.cancel();
    // Redis has not answered what it was asked last.
    levelScans.setVisible(false);
    await turn();
    levelScans.setVisible(true);
    await turn();
    expect(of.running).toEqual([]);
    expect(levelScans.state.type).toBe('cancelled');
    levelScans.resume();
    expect(of.running).toEqual(['']);
  });

  it('says why a listing failed, and goes on once Redis is back', async () => {
    const { levelScans, of } = aStand();
    levelScans.want('');
    of.only.fail(new StoreError('Redis is away.'));
    await turn();
    expect(levelScans.state).toEqual({ type: 'failed', reason: 'Redis is away.' });
    levelScans.heal();
    expect(of.running).toEqual(['']);
    expect(levelScans.state.type).toBe('running');
  });

  it('lists again what may have changed, at a small part of the time, and quietly', async () => {
    const { levelScans, of } = aStand();
    levelScans.want('');
    of.clock.advance(2_000);
    of.only.end();
    await turn();
    of.clock.advance(99_000);
    expect(of.running).toEqual([]);
    of.clock.advance(1_000);
    expect(of.running).toEqual(['']);
    of.only.options.onProgress?.({ listed: 1, scanned: 1, total: 2 });
    expect(levelScans.state).toEqual({ type: 'idle' });
  });

  it('ends with its level, and with itself', async () => {
    const { levelScans, of } = aStand();
    levelScans.want('a:');
    levelScans.leave('a:');
    await turn();
    expect(of.running).toEqual([]);
    levelScans.want('a:');
    expect(of.running).toEqual(['a:']);
    levelScans.dispose();
    await turn();
    expect(of.running).toEqual([]);
    expect(of.clock.pending).toEqual([]);
  });
});

function aStand() {
  const of = new Stand();
  return { of, levelScans: of.levelScans };
}
