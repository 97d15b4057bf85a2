import fc from 'fast-check';
import { generationKeys } from '../../../src/cache/keys';
import { ADDRESSES, type Address, type Instance, World } from './world';

/** One thing that happens to the instances, their server or their source. Numbers choose among what there is. */
export type Command = { readonly type: CommandType; readonly who: number; readonly what: number; readonly how: number };

export type CommandType =
  | 'read'
  | 'background'
  | 'refresh'
  | 'cancelled'
  | 'batch'
  | 'warm'
  | 'peek'
  | 'invalidate'
  | 'write'
  | 'change'
  | 'step'
  | 'pass'
  | 'expire'
  | 'silence'
  | 'relink'
  | 'down'
  | 'refuse'
  | 'up'
  | 'cut'
  | 'mend'
  | 'die'
  | 'evict'
  | 'snapshot'
  | 'failOver'
  | 'break'
  | 'repair'
  | 'settle';

const LONG = process.env.FLEET_CACHE_LONG === '1';

/** After which no more are tried, once there were the fewest. */
const TRYING_MS = 3_000;
/** These are tried however long they take: a machine that stands still for seconds proves nothing against the product. */
const FEWEST_RUNS = 30;
/** Of all, with the search for the simplest failure. What is not over by then hangs. */
const ALL_MS = 60_000;

/** How far a property goes. */
export interface Extent {
  readonly commands: readonly CommandType[];
  /** More of these. */
  readonly often?: readonly CommandType[];
  /** Whether commands, replies and pushes take no time. */
  readonly isTimely?: boolean;
  readonly random?: () => number;
  /** What a read of the source may take. */
  readonly latenciesMs?: readonly number[];
  /** How many of the addresses take part. */
  readonly addressCount?: number;
  readonly runs?: number;
}

/** Carries out random interleavings of an extent's commands, and holds what came of each to `check`. */
export async function holds(extent: Extent, check: (world: World) => void | Promise<void>): Promise<void> {
  const { commands, often = [], isTimely = false, random = () => 0, latenciesMs = [0, 0, 120, 400] } = extent;
  const { addressCount = ADDRESSES.length, runs = 150 } = extent;
  const command = fc.record({
    type: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom<CommandType>('read', 'step', ...often) },
      { weight: 2, arbitrary: fc.constantFrom(...commands) },
    ),
    who: fc.nat(3),
    // Most of it about one key, where it meets.
    what: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(addressCount - 1) }),
    how: fc.nat(999),
  });
  const scenario = fc.record({
    instanceCount: fc.constantFrom(2, 2, 3, 4),
    latencyMs: fc.constantFrom(...latenciesMs),
    commands: fc.array(command, { minLength: 1, maxLength: 45, size: 'max' }),
  });
  const end = performance.now() + TRYING_MS;
  let tried = 0;
  let hasFailed = false;
  const isEnough = () => !LONG && !hasFailed && tried >= FEWEST_RUNS && performance.now() > end;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), scenario, async (scheduler, { instanceCount, latencyMs, commands: all }) => {
      if (isEnough()) {
        return;
      }
      tried++;
      const world = new World(scheduler, random, instanceCount);
      world.source.latencyMs = latencyMs;
      try {
        for (const each of all) {
          await carryOut(world, each, isTimely);
        }
        await world.settle();
        if (world.unexpected.length > 0) {
          throw world.unexpected[0];
        }
        await check(world);
      } catch (error) {
        hasFailed = true;
        throw error;
      } finally {
        world.dispose();
      }
    }),
    {
      numRuns: LONG ? runs * 30 : runs,
      ...(LONG ? {} : { interruptAfterTimeLimit: ALL_MS, markInterruptAsFailure: true }),
    },
  );
}

async function carryOut(world: World, { type, who, what, how }: Command, isTimely: boolean): Promise<void> {
  const instance = world.alive[who % world.alive.length] as Instance;
  const address = ADDRESSES[what % ADDRESSES.length] as Address;
  switch (type) {
    case 'read':
      return world.read(instance, address);
    case 'background':
      return world.read(instance, address, { background: true });
    case 'refresh':
      return world.read(instance, address, { refresh: true });
    case 'cancelled': {
      const controller = new AbortController();
      world.read(instance, address, { signal: controller.signal });
      await world.step(how % 12);
      return controller.abort();
    }
    case 'batch':
      return world.readMany(instance, [address, ...ADDRESSES.slice(how % ADDRESSES.length)]);
    case 'warm':
      return world.warm(instance, address);
    case 'peek':
      return world.peek(instance, address);
    case 'invalidate':
      return world.invalidate(instance, [scopeOf(address, how)]);
    case 'write':
      return world.write(instance, address);
    case 'change':
      world.source.change(address.key);
      return;
    case 'step':
      return world.step(1 + (how % 10));
    case 'pass':
      return world.pass(how, isTimely);
    case 'expire':
      await world.settle();
      return world.pass(how % 2 === 0 ? 9_500 : 31_000, isTimely);
    case 'silence':
      return instance.link.fallSilent();
    case 'relink':
      if (instance.connection.isWhole) {
        instance.link.lose();
        instance.link.restore();
      }
      return;
    case 'down':
      return world.setState('down');
    case 'refuse':
      return world.setState('refusing-writes');
    case 'up':
      return world.setState('up');
    case 'cut':
      return world.cut(instance);
    case 'mend':
      return world.mend(instance);
    case 'die':
      return world.alive.length > 1 ? world.die(instance) : undefined;
    case 'evict':
      return world.evict(how % 2 === 0 ? address.key : scopeOf(address, how));
    case 'snapshot':
      return world.takeSnapshot();
    case 'failOver':
      return world.failOver();
    case 'break':
      world.source.failing.add(address.key);
      return;
    case 'repair':
      world.source.failing.delete(address.key);
      return;
    case 'settle':
      return world.settle();
  }
}

function scopeOf(address: Address, how: number): string {
  const scopes = [address.minerScope, address.eventScope, generationKeys.fleet('north'), generationKeys.all];
  return scopes[how % scopes.length] as string;
}
