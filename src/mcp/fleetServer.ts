import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  ErrorCode,
  McpError,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { DisposableStore } from '../base/lifecycle';
import { INSTRUCTIONS } from './instructions';
import { PlanBook } from './plans';
import { registerPrompts } from './prompts/prompts';
import { registerBenchmarkResources } from './resources/benchmarkResources';
import { registerCacheResources } from './resources/cacheResources';
import { registerFleetResources } from './resources/fleetResources';
import { registerMinerResources } from './resources/minerResources';
import { registerResourceList } from './resources/resourceList';
import type { ServerContext } from './serverContext';
import { Subscriptions, TooManySubscriptionsError } from './subscriptions';
import { registerActingTools } from './tools/actingTools';
import { registerReadTools } from './tools/readTools';

/**
 * The MCP server on the services for one client, without a transport. It lets go of everything when it is closed, by whichever
 * side.
 */
export function createFleetServer(context: ServerContext, version: string): McpServer {
  const server = new McpServer(
    { name: 'fleet-cache', title: 'Fleet Cache', version },
    {
      capabilities: { logging: {}, resources: { subscribe: true } },
      instructions: INSTRUCTIONS,
      // Tools come and go together.
      debouncedNotificationMethods: ['notifications/tools/list_changed', 'notifications/resources/list_changed'],
    },
  );
  const disposables = new DisposableStore();
  registerMinerResources(server, context);
  registerFleetResources(server, context);
  registerCacheResources(server, context);
  registerBenchmarkResources(server, context);
  registerResourceList(server, context.services);
  const host = { server, context, plans: new PlanBook(context.clock) };
  registerReadTools(host);
  disposables.add(registerActingTools(host));
  registerPrompts(server, context);
  registerSubscriptions(server, disposables.add(subscriptionsOf(server, context)));
  const { inventory, benchmarks } = context.services;
  disposables.add(inventory.onDidChange(() => server.sendResourceListChanged()));
  disposables.add(benchmarks.archive.onDidChange(() => server.sendResourceListChanged()));
  server.server.onclose = () => disposables.dispose();
  return server;
}

function subscriptionsOf(server: McpServer, context: ServerContext): Subscriptions {
  return new Subscriptions(context, (uri) => {
    // A client that is gone, or does not listen now, reads anew when it comes back.
    server.server.sendResourceUpdated({ uri }).catch(() => {});
  });
}

function registerSubscriptions({ server }: McpServer, subscriptions: Subscriptions): void {
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
    try {
      if (!subscriptions.subscribe(uri)) {
        throw new McpError(ErrorCode.InvalidParams, 'There is no such resource to subscribe to.');
      }
    } catch (error) {
      throw error instanceof TooManySubscriptionsError ? new McpError(ErrorCode.InvalidRequest, error.message) : error;
    }
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    subscriptions.unsubscribe(uri);
    return {};
  });
}
