import type { RegisteredTool } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { z } from 'zod';
import { CancelledError, describeError } from '../../base/errors';
import type { Disposable } from '../../base/lifecycle';
import type { AuditEntry } from '../../service/audit';
import { ReadOnlyError } from '../../service/writeAccess';
import { ConsentError } from '../consent';
import { PlanError } from '../plans';
import { cleanData, cleanText } from '../untrusted';
import { controlMiner } from './controlMiner';
import { invalidateCache } from './invalidateCache';
import { runBenchmark } from './runBenchmark';
import { setCacheTtl } from './setCacheTtl';
import { registerTool, type Tool, type ToolHost } from './tool';
import { warmCache } from './warmCache';

/**
 * The tools that change something. They are there only while the connection is one over which anything may be changed; each call
 * is kept in the audit log.
 *
 * @returns what follows the connection's access.
 */
export function registerActingTools(host: ToolHost): Disposable {
  const { services, allowMinerControl = false } = host.context;
  const { access } = services.connection;
  const tools: readonly RegisteredTool[] = [
    registerTool(host, audited(warmCache)),
    registerTool(host, audited(invalidateCache)),
    registerTool(host, audited(runBenchmark)),
    registerTool(host, audited(setCacheTtl)),
    ...(allowMinerControl ? [registerTool(host, audited(controlMiner))] : []),
  ];
  const follow = () => {
    const isAllowed = access.state.mode === 'read-write';
    for (const tool of tools) {
      if (tool.enabled !== isAllowed) {
        tool.update({ enabled: isAllowed });
      }
    }
  };
  follow();
  return access.onDidChange(follow);
}

function audited<I extends z.ZodRawShape, O extends z.ZodRawShape>(tool: Tool<I, O>): Tool<I, O> {
  return {
    ...tool,
    async run(args, call) {
      const { audit } = call.services;
      const entry = { client: call.client, tool: tool.name, what: cleanText(JSON.stringify(cleanData(args))) };
      try {
        const result = await tool.run(args, call);
        audit.add({ ...entry, outcome: 'done', result: cleanText(JSON.stringify(result)) });
        return result;
      } catch (error) {
        audit.add({ ...entry, outcome: outcomeOf(error), result: cleanText(describeError(error)) });
        throw error;
      }
    },
  };
}

function outcomeOf(error: unknown): AuditEntry['outcome'] {
  if (error instanceof CancelledError) {
    return 'cancelled';
  }
  const isRefusal = error instanceof ReadOnlyError || error instanceof ConsentError || error instanceof PlanError;
  return isRefusal ? 'refused' : 'failed';
}
