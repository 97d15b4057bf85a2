import { MemoryServer } from '../../fixtures/memoryServer';
import { storeSuite } from './storeSuite';

storeSuite('a store in memory', async () => {
  const server = new MemoryServer({ now: () => Date.now() });
  const store = server.openStore();
  return { store, locks: server.openLocks(), close: async () => store.dispose() };
});
