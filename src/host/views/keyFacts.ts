import { describeError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { KeyExplorer } from '../../service/keyExplorer';
import type { KeyNode } from './keyNodes';

/** Keys that are asked about together. */
const BATCH = 250;

/** Keys that are asked about again in one round; of more, the next round goes on. */
const PER_ROUND = 1_000;

/** What is known of the listed keys: asked once when they are listed, and again every few seconds, since others change them. */
export class KeyFactsKeeper {
  private isAsking = false;
  private next = 0;
  /** A level is drawn several times while its keys are asked about for the first time. */
  private readonly learning = new WeakMap<KeyNode, Promise<void>>();

  /** @param onKnown called with the rows of which something was learnt. */
  constructor(
    private readonly explorer: Pick<KeyExplorer, 'describe'>,
    private readonly onKnown: (nodes: readonly KeyNode[]) => void,
    private readonly logger: Logger,
  ) {}

  /** Asks about the keys of which nothing is known yet. Never fails. */
  async learn(nodes: readonly KeyNode[]): Promise<void> {
    const unknown = nodes.filter(({ known }) => known === undefined);
    const unasked = unknown.filter((node) => !this.learning.has(node));
    const asking = this.ask(unasked).finally(() => {
      for (const node of unasked) {
        this.learning.delete(node);
      }
    });
    for (const node of unasked) {
      this.learning.set(node, asking);
    }
    await Promise.all(new Set(unknown.map((node) => this.learning.get(node))));
  }

  /** Asks again about some of the listed keys. Never fails. */
  async round(listed: readonly KeyNode[]): Promise<void> {
    if (this.isAsking || listed.length === 0) {
      return;
    }
    this.isAsking = true;
    try {
      const from = this.next < listed.length ? this.next : 0;
      this.next = from + PER_ROUND;
      await this.ask(listed.slice(from, this.next));
    } finally {
      this.isAsking = false;
    }
  }

  /** Asks about some keys now, whatever is known: somebody changed them. Never fails. */
  async askNow(nodes: readonly KeyNode[]): Promise<void> {
    await this.ask(nodes);
  }

  private async ask(nodes: readonly KeyNode[]): Promise<void> {
    for (let from = 0; from < nodes.length; from += BATCH) {
      const batch = nodes.slice(from, from + BATCH);
      try {
        const described = await this.explorer.describe(batch.map(({ raw }) => raw));
        const changed = batch.filter((node, index) => {
          const known = described[index];
          if (known !== undefined) {
            node.known = known;
          }
          // What is gone is taken from the tree by the explorer, which tells of it.
          return known !== undefined;
        });
        this.onKnown(changed);
      } catch (error) {
        // The rows stay, as the last that is known.
        this.logger.debug(`What is known of ${batch.length} keys cannot be asked: ${describeError(error)}`);
        return;
      }
    }
  }
}
