import { startTestRedis } from '../../fixtures/redis';
import { keyBrowserSuite, openBrowser } from './keyBrowserSuite';

keyBrowserSuite('one server', async () => {
  const server = await startTestRedis();
  return openBrowser(server.url, () => server.stop());
});
