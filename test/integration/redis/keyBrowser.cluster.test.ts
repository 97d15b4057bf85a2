import { startTestCluster } from '../../fixtures/redisCluster';
import { keyBrowserSuite, openBrowser } from './keyBrowserSuite';

keyBrowserSuite('a Cluster', async () => {
  const cluster = await startTestCluster();
  return openBrowser(cluster.url, () => cluster.stop());
});
