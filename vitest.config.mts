import { defineConfig } from 'vitest/config';
import { protoDescriptorPlugin } from './scripts/protoDescriptor.js';

export default defineConfig({
  plugins: [protoDescriptorPlugin()],
  test: {
    // Of the heaviest, a file is a VS Code: a server, a browser and an extension host.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // The heaviest properties take seconds, and a busy machine several times as long.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          setupFiles: ['test/fixtures/lateNetwork.ts'],
          // A Cluster with replicas takes a quarter of a minute to find itself on a busy machine, before the test begins.
          testTimeout: process.env.FLEET_CACHE_LATE === undefined ? 60_000 : 600_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'webview',
          include: ['test/webview/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'workbench',
          include: ['test/vscode/**/*.workbench.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
