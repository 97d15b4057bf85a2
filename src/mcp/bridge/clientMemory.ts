import {
  type InitializeRequest,
  InitializeRequestParamsSchema,
  type JSONRPCRequest,
  ListToolsResultSchema,
  SetLevelRequestParamsSchema,
  SubscribeRequestParamsSchema,
} from '@modelcontextprotocol/sdk/types.js';

/** What changes nothing, and may be asked again when the answer got lost. */
const REPEATABLE = new Set([
  'ping',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
]);

/** The server has a bound, too; beyond this one nothing is restored. */
const MOST_SUBSCRIPTIONS = 1_000;

/** What a later session needs to know to be to the client as the earlier one was. */
export class ClientMemory {
  /** How the client introduced itself; `undefined` before it did. */
  hello: InitializeRequest['params'] | undefined;
  /** Whether it said that it is ready. */
  isReady = false;
  private readonly followed = new Set<string>();
  private readonly harmlessTools = new Set<string>();
  private level: string | undefined;

  /** The URIs that the client subscribed to. */
  get subscriptions(): readonly string[] {
    return [...this.followed];
  }

  get logLevel(): string | undefined {
    return this.level;
  }

  noteHello({ params }: JSONRPCRequest): void {
    this.hello = InitializeRequestParamsSchema.parse(params);
  }

  /** Notes what a request that the server took brought about. */
  noteResult({ method, params }: JSONRPCRequest, result: unknown): void {
    switch (method) {
      case 'resources/subscribe':
        if (this.followed.size < MOST_SUBSCRIPTIONS) {
          this.followed.add(uriOf(params));
        }
        break;
      case 'resources/unsubscribe':
        this.followed.delete(uriOf(params));
        break;
      case 'logging/setLevel':
        this.level = SetLevelRequestParamsSchema.safeParse(params).data?.level;
        break;
      case 'tools/list':
        for (const { name, annotations = {} } of ListToolsResultSchema.safeParse(result).data?.tools ?? []) {
          const { readOnlyHint, idempotentHint, destructiveHint } = annotations;
          if (readOnlyHint === true || (idempotentHint === true && destructiveHint === false)) {
            this.harmlessTools.add(name);
          } else {
            this.harmlessTools.delete(name);
          }
        }
    }
  }

  /** Whether a request does nothing that is done twice when it is sent twice. */
  isRepeatable({ method, params }: JSONRPCRequest): boolean {
    return (
      REPEATABLE.has(method) ||
      (method === 'tools/call' && typeof params?.name === 'string' && this.harmlessTools.has(params.name))
    );
  }
}

/** Of a request that the server took. */
function uriOf(params: unknown): string {
  return SubscribeRequestParamsSchema.parse(params).uri;
}
