import { throwIfCancelled } from '../../base/errors';
import type { Disposable } from '../../base/lifecycle';
import { LATENCY_MEASURES, latencyFigures, rate, sample } from '../sampling';
import { NotMeasurable, type Scenario, type Turn } from '../scenario';

/** Messages under way at a time. */
const CONCURRENCY = 50;
const PATIENCE_MS = 3_000;
const ASK_AGAIN_MS = 20;

/** Messages from one instance to another. */
export const messages: Scenario = {
  id: 'messages',
  title: 'Messages between instances',
  description: `Pub/sub: from the publishing in one instance to the handler in another, one message at a time; and how many arrive per second with ${CONCURRENCY} under way.`,
  measures: [...LATENCY_MEASURES, { id: 'rate', label: 'Messages per second', unit: '/s', better: 'higher' }],
  async run(turn) {
    const mail = new Mail(turn);
    try {
      await mail.stands();
      const latencies = await sample(turn, () => mail.send());
      return {
        ...latencyFigures(latencies),
        rate: await rate(CONCURRENCY, turn.plan.sliceMs, turn.signal, () => mail.send()),
      };
    } finally {
      mail.dispose();
    }
  },
};

/** Messages over one channel, and who waits for each. */
class Mail implements Disposable {
  private readonly waiting = new Map<string, () => void>();
  private readonly channel: string;
  private readonly subscription: Disposable;
  private count = 0;

  constructor(private readonly turn: Turn) {
    const { keys, second } = turn.world;
    this.channel = keys.channel(String(turn.number));
    this.subscription = second.redis.bus.subscribe(this.channel, ({ text }) => this.waiting.get(text)?.());
  }

  /** Waits until the subscription stands. */
  async stands(): Promise<void> {
    const startedAt = performance.now();
    while (!(await this.arrives(ASK_AGAIN_MS))) {
      throwIfCancelled(this.turn.signal);
      if (performance.now() - startedAt > PATIENCE_MS) {
        throw new NotMeasurable(
          'No message arrived. An ACL user needs the commands PUBLISH and SUBSCRIBE on the channels v1:bench:*.',
        );
      }
    }
  }

  /** Resolves when the message has arrived. */
  async send(): Promise<void> {
    if (!(await this.arrives(PATIENCE_MS))) {
      throw new NotMeasurable(`A message did not arrive within ${PATIENCE_MS} ms.`);
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.waiting.clear();
  }

  private async arrives(withinMs: number): Promise<boolean> {
    const text = String(this.count++);
    let timer: NodeJS.Timeout | undefined;
    const arrived = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs);
      this.waiting.set(text, () => resolve(true));
    });
    try {
      await this.turn.world.first.redis.bus.publish(this.channel, text);
      return await arrived;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(text);
    }
  }
}
