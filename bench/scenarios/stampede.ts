import { fork } from 'node:child_process';
import { type Comparison, measuresOf } from '../comparison';
import { minerRequest, minerValue, openInstance } from '../instance';
import { answerOf } from '../ownProcess';
import { openBento, openByHand, openCacheable } from '../peers';

const PROCESSES = 4;
const READERS = 250;
const SOURCE_MS = 50;
const REPETITIONS = 7;
const CONTENDERS = ['Fleet Cache', 'by hand', 'BentoCache', 'cacheable'] as const;
type Contender = (typeof CONTENDERS)[number];

/** What a process is told to read, all its readers at once. */
interface Order {
  readonly contender: Contender;
  readonly key: string;
}

/** What reading came to in one process. */
interface Outcome {
  readonly fetches: number;
  readonly ms: number;
}

/** A key that nobody has, wanted by a thousand readers in four processes at the same moment. */
export async function stampede(port: number): Promise<Comparison> {
  const processes = Array.from({ length: PROCESSES }, () =>
    fork(process.argv[1] as string, ['stampedeReaders', String(port)]),
  );
  const fetches = new Map<string, number[]>(CONTENDERS.map((contender) => [contender, []]));
  const latest = new Map<string, number[]>(CONTENDERS.map((contender) => [`${contender}, last reader`, []]));
  try {
    await Promise.all(processes.map((each) => answerOf<'ready'>(each)));
    for (let repetition = -1; repetition < REPETITIONS; repetition++) {
      for (const contender of CONTENDERS) {
        const order: Order = { contender, key: `stampede-${repetition}` };
        const outcomes = await Promise.all(
          processes.map((each) => {
            const outcome = answerOf<Outcome>(each);
            each.send(order);
            return outcome;
          }),
        );
        // The first round only warms up.
        if (repetition >= 0) {
          fetches.get(contender)?.push(outcomes.reduce((sum, outcome) => sum + outcome.fetches, 0));
          latest.get(`${contender}, last reader`)?.push(Math.max(...outcomes.map(({ ms }) => ms)));
        }
      }
    }
  } finally {
    for (const each of processes) {
      each.kill('SIGKILL');
    }
  }
  const most = { name: 'Fleet Cache, fetches', unit: '', values: fetches.get('Fleet Cache') ?? [] };
  return {
    title: `${PROCESSES * READERS} readers in ${PROCESSES} processes miss, source of ${SOURCE_MS} ms`,
    measures: [...measuresOf(fetches, 'fetches'), ...measuresOf(latest, 'ms')],
    goals: [{ ...most, values: [Math.max(...most.values)], bound: 'atMost', limit: 1 }],
  };
}

/** One of the processes: opens all contenders, and reads what it is told. */
export async function stampedeReaders(port: number): Promise<void> {
  const instance = await openInstance(port);
  const peers = {
    'by hand': openByHand(port),
    BentoCache: openBento(port, { hasL1: true }),
    cacheable: openCacheable(port),
  };
  process.on('message', async ({ contender, key }: Order) => {
    let fetches = 0;
    const fetch = async () => {
      fetches++;
      await new Promise((resolve) => setTimeout(resolve, SOURCE_MS));
      return minerValue(1);
    };
    const request = minerRequest(key, fetch);
    const read =
      contender === 'Fleet Cache'
        ? () => instance.cache.getOrFetch(request)
        : () => peers[contender].getOrFetch(request.key, fetch);
    const started = performance.now();
    await Promise.all(Array.from({ length: READERS }, read));
    process.send?.({ fetches, ms: performance.now() - started } satisfies Outcome);
  });
  process.send?.('ready');
}
