import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/base/emitter';
import { silentLogger } from '../../../src/base/logger';
import { LiveFleet, type ServicesProvider } from '../../../src/host/liveFleet';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';
import { ManualClock } from '../../fixtures/manualClock';

const MINERS = 6;
/** Longer than the pause between two rounds. */
const ROUND_MS = 10_001;

describe('a fleet that is looked at', () => {
  let test: TestFleet;
  let services: FleetServices;
  let clock: ManualClock;
  let changes: Emitter<void>;
  let provider: { services: FleetServices | undefined } & ServicesProvider;
  let live: LiveFleet;

  beforeEach(async () => {
    test = await startTestFleet({ miners: MINERS, tenants: 2 });
    services = await test.open({ commandTimeoutMs: 5_000 });
    clock = new ManualClock();
    changes = new Emitter();
    provider = { services, onDidChange: changes.event };
    live = new LiveFleet(provider, clock, silentLogger);
  });

  afterEach(async () => {
    live.dispose();
    await test.stop();
  });

  function lookups(): number {
    return services.cache.metrics.counts('start').lookups;
  }

  async function wholeFleetIsRead(): Promise<void> {
    await eventually(() => {
      const views = services.inventory.current.miners.map(({ id }) => services.monitor.view(id));
      expect(views.every((view) => view.type === 'online' && view.stats !== undefined)).toBe(true);
    });
    await eventually(() => expect(clock.pending).toHaveLength(1));
  }

  it('is read once for all views, and counts as what one person read', async () => {
    const first = live.look();
    const second = live.look();
    await wholeFleetIsRead();
    expect(lookups()).toBe(2 * MINERS);
    first.dispose();
    // The other one still looks.
    expect(clock.pending).toHaveLength(1);
    second.dispose();
    expect(clock.pending).toEqual([]);
  });

  it('is read again by itself, which is no lookup, and not by anybody when nobody looks', async () => {
    const look = live.look();
    await wholeFleetIsRead();
    const { backgroundFetches } = services.cache.metrics.counts('start');
    await services.invalidator.invalidate({ type: 'fleet' }, 'test');
    clock.advance(ROUND_MS);
    await eventually(() =>
      expect(services.cache.metrics.counts('start').backgroundFetches).toBeGreaterThan(backgroundFetches),
    );
    await eventually(() => expect(clock.pending).toHaveLength(1));
    expect(lookups()).toBe(2 * MINERS);
    look.dispose();
    look.dispose();
    expect(clock.pending).toEqual([]);
    live.look();
    await eventually(() => expect(lookups()).toBe(4 * MINERS));
  });

  it('follows the services that replace the former ones', async () => {
    provider.services = undefined;
    changes.fire();
    live.look();
    expect(lookups()).toBe(0);
    provider.services = services;
    changes.fire();
    await wholeFleetIsRead();
    provider.services = undefined;
    changes.fire();
    expect(clock.pending).toEqual([]);
  });
});
