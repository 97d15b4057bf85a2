import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FleetServices } from '../../../src/service/fleetServices';
import { eventually } from '../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../fixtures/fleet';

describe('LiveRefresh', () => {
  let test: TestFleet;
  let services: FleetServices;

  beforeEach(async () => {
    test = await startTestFleet({ miners: 2 });
    services = await test.open();
    setAll('normal');
    await services.monitor.refresh(services.inventory.current.miners);
    expect(states()).toEqual(['normal', 'normal']);
  });

  afterEach(() => test.stop());

  function setAll(state: 'normal' | 'paused'): void {
    for (const miner of test.fleet.miners) {
      miner.setState(state);
    }
  }

  function states(): readonly string[] {
    return services.inventory.current.miners.map(({ id }) => {
      const view = services.monitor.view(id);
      return view.type === 'online' ? view.status.data.state : view.type;
    });
  }

  it('G9: reads the fleet again when messages may have been missed, so that views show what nobody could tell', async () => {
    services.followEvents();
    const { lookups } = services.cache.metrics.counts('start');
    test.redis.kill();
    await eventually(() => expect(services.cache.storeHealth.state).toBe('down'));
    setAll('paused');
    await test.redis.restart();
    await eventually(() => expect(states()).toEqual(['paused', 'paused']), 20_000);
    expect(services.cache.metrics.counts('start').lookups).toBe(lookups);
  });

  it('reads nothing for a view that is closed', async () => {
    services.followEvents().dispose();
    const calls = test.fleet.callCount('GetMinerStatus');
    test.redis.kill();
    await eventually(() => expect(services.cache.storeHealth.state).toBe('down'));
    await test.redis.restart();
    await eventually(() => expect(services.cache.storeHealth.state).toBe('up'));
    await services.invalidator.invalidate({ type: 'fleet' }, 'command');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(test.fleet.callCount('GetMinerStatus')).toBe(calls);
  });
});
