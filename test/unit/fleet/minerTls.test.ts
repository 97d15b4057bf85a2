import { expect, it } from 'vitest';
import { environmentMinerTls } from '../../../src/fleet/minerTls';

it('takes the files that the environment names, with their names for messages', () => {
  const env = { FLEET_CACHE_MINER_CA: '/etc/ca.pem', FLEET_CACHE_MINER_KEY: '', FLEET_CACHE_MINER_CERT: '/c.pem' };
  expect(environmentMinerTls(env)).toEqual({
    ca: { path: '/etc/ca.pem', name: 'FLEET_CACHE_MINER_CA' },
    cert: { path: '/c.pem', name: 'FLEET_CACHE_MINER_CERT' },
  });
  expect(environmentMinerTls({})).toEqual({});
});
