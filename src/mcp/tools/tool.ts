import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type {
  CallToolResult,
  ServerNotification,
  ServerRequest,
  ToolAnnotations,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { describeError } from '../../base/errors';
import type { ServerContext } from '../serverContext';
import { cleanText } from '../untrusted';

export type CallExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** One call of a tool. */
export interface ToolCall extends ServerContext {
  readonly signal: AbortSignal;
  /** Tells the client how far the call has come, if it wants to know. */
  progress(done: number, total: number): void;
}

export interface Tool<I extends z.ZodRawShape, O extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  /** For the model that chooses: what it tells or does, and when another tool is the right one. */
  readonly description: string;
  /** What may be assumed of it; none reaches beyond the fleet and its cache. */
  readonly annotations: Omit<ToolAnnotations, 'title' | 'openWorldHint'>;
  readonly input: I;
  readonly output: O;
  /** What it throws is told to the model as the result of the call. */
  run(args: z.infer<z.ZodObject<I>>, call: ToolCall): Promise<z.infer<z.ZodObject<O>>>;
}

/** Keeps the types of its schemas together. */
export function defineTool<I extends z.ZodRawShape, O extends z.ZodRawShape>(tool: Tool<I, O>): Tool<I, O> {
  return tool;
}

export function registerTool<I extends z.ZodRawShape, O extends z.ZodRawShape>(
  server: McpServer,
  context: ServerContext,
  tool: Tool<I, O>,
) {
  const { name, title, description, annotations } = tool;
  // Strict: a misspelt argument is told, and not passed over.
  const inputSchema: z.ZodType = z.strictObject(tool.input);
  const outputSchema: z.ZodType = z.strictObject(tool.output);
  const config = {
    title,
    description,
    inputSchema,
    outputSchema,
    annotations: { title, openWorldHint: false, ...annotations },
  };
  return server.registerTool(name, config, async (args: unknown, extra: CallExtra) => {
    // Checked against the schema already.
    const checked = args as z.infer<z.ZodObject<I>>;
    try {
      return success(await tool.run(checked, callOf(context, extra)));
    } catch (error) {
      return failure(error);
    }
  });
}

function callOf(context: ServerContext, extra: CallExtra): ToolCall {
  return { ...context, signal: extra.signal, progress: progressOf(extra) };
}

/** At most four times a second, and the end. */
function progressOf({ _meta, sendNotification, signal }: CallExtra): ToolCall['progress'] {
  const progressToken = _meta?.progressToken;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const now = performance.now();
    if (progressToken === undefined || signal.aborted || (done < total && now - toldAt < 250)) {
      return;
    }
    toldAt = now;
    const params = { progressToken, progress: done, total };
    // A client that is gone hears nothing, which is no failure of the call.
    sendNotification({ method: 'notifications/progress', params }).catch(() => {});
  };
}

function success(result: object): CallToolResult {
  // As it goes over the wire, without what is not known.
  const text = JSON.stringify(result);
  return { structuredContent: JSON.parse(text), content: [{ type: 'text', text }] };
}

function failure(error: unknown): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: cleanText(describeError(error), 1_000) }] };
}
