import { describe, expect, it } from 'vitest';
import { FaultDriver } from '../../../src/simulator/faultDriver';
import { FAULT_KINDS, makeFault } from '../../../src/simulator/faults';
import { ManualClock } from '../../fixtures/manualClock';

/** A driver, and what it did, in order. */
function newDriver(options: { refusesPort?: () => boolean } = {}) {
  const clock = new ManualClock();
  const done: string[] = [];
  const levers = {
    goOnline: async () => {
      done.push('up');
      if (options.refusesPort?.()) {
        throw new Error('EADDRINUSE');
      }
    },
    goOffline: async () => void done.push('down'),
    dropConnections: () => void done.push('drop'),
    cutStreams: () => void done.push('cut'),
    boot: () => void done.push('boot'),
    limitTokens: (lifetimeMs: number) => void (Number.isFinite(lifetimeMs) && done.push(`tokens ${lifetimeMs}`)),
  };
  const driver = new FaultDriver(levers, clock);
  return { driver, clock, done };
}

describe('FaultDriver', () => {
  it('takes a miner down and up again in turns, each half of the cycle', () => {
    const { driver, clock, done } = newDriver();
    driver.begin(makeFault('flap', 1_000), 0.7);

    clock.advance(699);
    expect(done).toEqual([]);
    clock.advance(1);
    expect(done).toEqual(['down']);
    clock.advance(500);
    expect(done).toEqual(['down', 'up']);
    clock.advance(1_000);
    expect(done).toEqual(['down', 'up', 'down', 'up']);
  });

  it('goes on although a port is taken meanwhile', async () => {
    const { driver, clock, done } = newDriver({ refusesPort: () => true });
    driver.begin(makeFault('flap', 1_000), 0);

    clock.advance(1_500);
    await Promise.resolve();
    expect(done).toEqual(['down', 'up', 'down', 'up']);
  });

  it('reboots for the duration, and again after four times that', () => {
    const { driver, clock, done } = newDriver();
    driver.begin(makeFault('reboot', 1_000), 0);

    clock.advance(0);
    expect(done).toEqual(['down']);
    clock.advance(1_000);
    expect(done).toEqual(['down', 'boot', 'up']);
    clock.advance(3_999);
    expect(done).toEqual(['down', 'boot', 'up']);
    clock.advance(1);
    expect(done).toEqual(['down', 'boot', 'up', 'down']);
  });

  it('cuts streams once per period', () => {
    const { driver, clock, done } = newDriver();
    driver.begin(makeFault('dropstream', 1_000), 1);

    clock.advance(3_500);
    expect(done).toEqual(['cut', 'cut', 'cut']);
  });

  it.each(FAULT_KINDS)('leaves nothing of %s behind when it is cleared', async (kind) => {
    const { driver, clock } = newDriver();
    await driver.set(makeFault(kind));
    expect(driver.fault?.kind).toBe(kind);
    clock.advance(1);

    await driver.set(undefined);

    expect(clock.pending).toEqual([]);
    expect(driver).toMatchObject({ fault: undefined, delayMs: 0, isMute: false, isGarbling: false });
  });

  it('boots a miner whose reboot is cleared while it is away', async () => {
    const { driver, clock, done } = newDriver();
    await driver.set(makeFault('reboot', 1_000));
    clock.advance(500);
    expect(done).toEqual(['up', 'down']);

    await driver.set(makeFault('slow'));

    expect(done).toEqual(['up', 'down', 'boot', 'up']);
    expect(driver.delayMs).toBe(3_000);
  });

  it('drops what stands when it falls mute, and what it held when it speaks again', async () => {
    const { driver, done } = newDriver();
    await driver.set(makeFault('hangconnect'));
    await driver.set(undefined);

    expect(done).toEqual(['drop', 'up', 'drop', 'up']);
  });

  it('limits the life of tokens', async () => {
    const { driver, done } = newDriver();
    await driver.set(makeFault('expire', 5_000));

    expect(done).toContain('tokens 5000');
  });

  it('says when the miner cannot listen', async () => {
    const { driver } = newDriver({ refusesPort: () => true });

    await expect(driver.set(makeFault('hang'))).rejects.toThrow('EADDRINUSE');
  });
});
