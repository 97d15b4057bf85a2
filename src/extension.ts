import { join } from 'node:path';
import type { ExtensionContext, LogOutputChannel } from 'vscode';
import { environmentMinerTls } from './fleet/minerTls';
import { activateHost, type FleetCacheApi, type HostParts } from './host/activate';
import type { McpParts } from './host/mcp/mcpParts';

let api: FleetCacheApi | undefined;

/** VS Code calls this once. Everything heavy is imported later, when it is needed. */
export function activate(context: ExtensionContext): FleetCacheApi {
  api = activateHost(context, (log) => hostParts(context, log));
  return api;
}

/** Awaited by VS Code, so that the demo's processes are gone with the window. */
export async function deactivate(): Promise<void> {
  await api?.session.close();
}

function hostParts(context: ExtensionContext, logger: LogOutputChannel): HostParts {
  return {
    mcp: mcpParts(logger),
    async createServices({ redisUrl, redisSecrets, commandTimeoutMs, ...setup }) {
      const { createRuntime } = await import('./runtime');
      const redis = { url: redisUrl, secrets: redisSecrets, commandTimeoutMs };
      return createRuntime({
        ...setup,
        kind: 'window',
        redis,
        logger,
        minerTls: environmentMinerTls(process.env),
      });
    },
    async redisUrlProblem(url) {
      const { redisUrlProblem } = await import('./runtime');
      return redisUrlProblem(url);
    },
    async redisSecretNeeds(url) {
      const { redisSecretNeeds } = await import('./runtime');
      return redisSecretNeeds(url);
    },
    async testConnection(url, secrets, signal) {
      const { testConnection } = await import('./runtime');
      return testConnection(url, secrets, signal);
    },
    async startDemoFleet(signal) {
      const { startDemoFleet } = await import('./demoFleet');
      return startDemoFleet(join(context.extensionPath, 'dist', 'simulate.js'), signal);
    },
  };
}

function mcpParts(logger: LogOutputChannel): McpParts {
  const load = () => import('./mcp/windowServer');
  return {
    listen: async (request, served) => (await load()).listenInWindow(request, served, logger),
    whoListens: async (...question) => (await load()).whoListens(...question),
    readToken: async (path) => (await load()).readToken(path),
  };
}
