import { describe, expect, it } from 'vitest';
import { SpacedUpdates } from '../../../../src/host/views/spacedUpdates';
import { ManualClock } from '../../../fixtures/manualClock';

/** VS Code's: what comes sooner after something else waits until so long nothing came. */
const GATHERED_MS = 200;

/** A view whose updates are drawn as VS Code does it. */
class Stand {
  readonly clock = new ManualClock();
  readonly told: string[] = [];
  /** What is on the screen. */
  drawn: string[] = [];
  private waiting: string[] = [];
  private timer: { dispose(): void } | undefined;
  readonly updates = new SpacedUpdates<string>(this.clock, {
    draw: (nodes) => this.tell(`rows ${nodes?.join(' ') ?? 'all'}`),
    say: (message) => this.tell(`message ${message}`),
  });

  private tell(what: string): void {
    this.told.push(what);
    if (this.timer === undefined) {
      this.drawn.push(what);
    } else {
      this.waiting.push(what);
    }
    this.timer?.dispose();
    this.timer = this.clock.setTimeout(() => {
      this.timer = undefined;
      this.drawn.push(...this.waiting);
      this.waiting = [];
    }, GATHERED_MS);
  }
}

describe('updates of a tree view', () => {
  it('are told at once, and those that follow together a little later', async () => {
    const { updates, clock, told } = new Stand();
    updates.change('a');
    updates.change(['b', 'c']);
    updates.change('b');
    updates.say('first');
    updates.say('second');
    expect(told).toEqual(['rows a']);
    await clock.advance(1_000);
    expect(told).toEqual(['rows a', 'rows b c', 'message second']);
    updates.change('d');
    expect(told.at(-1)).toBe('rows d');
  });

  it('are of all rows where any of them is', async () => {
    const { updates, clock, told } = new Stand();
    updates.say('first');
    updates.change('a');
    updates.change(undefined);
    await clock.advance(1_000);
    expect(told).toEqual(['message first', 'rows all']);
  });

  it('do not say what is said', async () => {
    const { updates, clock, told } = new Stand();
    updates.say('');
    updates.say('first');
    updates.say('first');
    await clock.advance(1_000);
    updates.say('first');
    expect(told).toEqual(['message first']);
  });

  it('are drawn while more come than VS Code waits for', async () => {
    const stand = new Stand();
    for (let step = 1; step <= 40; step++) {
      stand.updates.change(`row${step}`);
      await stand.clock.advance(125);
      stand.updates.say(`step ${step}`);
      await stand.clock.advance(125);
      if (step > 4) {
        expect(stand.drawn.join()).toContain(`row${step - 4}`);
        expect(stand.drawn.join()).toMatch(new RegExp(`step (${step - 4}|${step - 3}|${step - 2}|${step - 1})\\b`));
      }
    }
  });

  it('are told no more once nobody is there', async () => {
    const { updates, clock, told } = new Stand();
    updates.change('a');
    updates.change('b');
    updates.dispose();
    await clock.advance(1_000);
    updates.change('c');
    expect(told).toEqual(['rows a']);
  });
});
