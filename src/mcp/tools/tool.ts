import type { McpServer, RegisteredTool } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { describeError } from '../../base/errors';
import type { Question } from '../../service/windowServing';
import { requireConsent } from '../consent';
import type { PlanBook } from '../plans';
import type { ServerContext } from '../serverContext';
import { cleanText } from '../untrusted';
import { type CallExtra, CallProgress } from './callProgress';

/** What tools are registered with, and what their calls share. */
export interface ToolHost {
  readonly server: McpServer;
  readonly context: ServerContext;
  /** Of this client. */
  readonly plans: PlanBook;
}

/** One call of a tool. */
export interface ToolCall extends ServerContext {
  readonly plans: PlanBook;
  readonly signal: AbortSignal;
  /** The client's name, as it tells it. */
  readonly client: string;
  /** Tells the client how far the call has come, if it wants to know. */
  progress(done: number, total: number): void;
  /** Resolves when a person has agreed; see `requireConsent`. */
  consent(question: Question): Promise<'client' | 'window'>;
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
  host: ToolHost,
  tool: Tool<I, O>,
): RegisteredTool {
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
  return host.server.registerTool(name, config, async (args: unknown, extra: CallExtra) => {
    // Checked against the schema already.
    const checked = args as z.infer<z.ZodObject<I>>;
    const progress = new CallProgress(extra, host.context.clock);
    try {
      return success(await tool.run(checked, callOf(host, extra, progress)));
    } catch (error) {
      return failure(error);
    } finally {
      progress.dispose();
    }
  });
}

function callOf({ server: { server }, context, plans }: ToolHost, extra: CallExtra, progress: CallProgress): ToolCall {
  const { signal, requestId } = extra;
  const { askPerson } = context;
  const client = cleanText(server.getClientVersion()?.name ?? 'unknown', 60);
  const consent = (question: Question) =>
    requireConsent(question, {
      canElicit: () => server.getClientCapabilities()?.elicitation?.form !== undefined,
      // Related to the call, so that it reaches a client that listens to nothing else.
      elicit: (params, timeout) => server.elicitInput(params, { relatedRequestId: requestId, signal, timeout }),
      // In the client a person knows who asks. Here several clients may.
      askPerson:
        askPerson &&
        (({ detail, ...rest }, ending) =>
          askPerson({ ...rest, detail: `The agent in ${client} wants it. ${detail}` }, ending)),
      signal,
    });
  return { ...context, plans, signal, client, progress: (done, total) => progress.tell(done, total), consent };
}

function success(result: object): CallToolResult {
  // As it goes over the wire, without what is not known.
  const text = JSON.stringify(result);
  return { structuredContent: JSON.parse(text), content: [{ type: 'text', text }] };
}

function failure(error: unknown): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: cleanText(describeError(error), 1_000) }] };
}
