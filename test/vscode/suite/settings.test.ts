import assert from 'node:assert/strict';
import { activated, eventually, running, withSettings } from './support';

describe('settings', () => {
  it('take effect without a reload, and a Redis URL that cannot be used is explained', async () => {
    const api = await activated();
    await running(api);
    await withSettings({ 'redis.url': 'redis://user:hunter2@127.0.0.1' }, async () => {
      const reason = await eventually(() => {
        assert.equal(api.session.state.type, 'failed');
        return api.session.state.type === 'failed' ? api.session.state.reason : '';
      });
      assert.match(reason, /contains a password/);
      assert.doesNotMatch(reason, /hunter2/);
    });
    await running(api);
  });

  it('name a Redis that does not answer, with host, port and cause, and the miners are read all the same', async () => {
    const api = await activated();
    await withSettings({ 'redis.url': 'redis://127.0.0.1:1' }, async () => {
      await eventually(() => {
        const health = api.session.services?.cache.storeHealth;
        assert.match(health?.state === 'down' ? health.reason : '', /127\.0\.0\.1:1.*ECONNREFUSED/);
      });
      const miner = api.session.services?.inventory.current.miners[0];
      assert.ok(miner);
      assert.equal((await api.session.services?.reads.miner(miner, 'status'))?.origin, 'source');
    });
    // The running services are replaced, so they are looked up each time.
    await eventually(() => assert.deepEqual(api.session.services?.cache.storeHealth, { state: 'up' }));
  });

  it('refuse a TTL out of its band, and keep the default', async () => {
    const api = await activated();
    await withSettings({ ttl: { 'miner:status': 3_600 } }, async () => {
      await eventually(() => assert.match(api.session.services?.problems[0] ?? '', /from 5 to 30/));
    });
    await eventually(() => assert.deepEqual(api.session.services?.problems, []));
  });

  it('report an inventory that they name and that is not there', async () => {
    const api = await activated();
    await withSettings({ inventory: 'elsewhere.json' }, async () => {
      await eventually(() => {
        const problem = api.session.services?.inventory.current.problems[0];
        assert.match(problem?.message ?? '', /There is no elsewhere\.json at/);
      });
    });
    await eventually(() => assert.equal(api.session.services?.inventory.current.miners.length, 20));
  });
});
