import type { InstanceDirectory, InstanceRecord, InstanceSighting, Offer, Roll } from '../cache/instanceDirectory';
import { decodeFigures, encodeFigures } from '../cache/instanceFigures';
import { INSTANCES_KEY, instanceKey } from '../cache/keys';
import { StoreError } from '../cache/store';
import type { RedisConnection } from './connection';
import { BEAT_SCRIPT, LIVE_SCRIPT, RECORD_SCRIPT } from './instanceScripts';

interface InstanceCommands {
  fleetCacheBeat(roll: string, id: string, ...args: number[]): Promise<[wasKnown: number, live: string[]]>;
  fleetCacheLive(roll: string, liveMs: number, most: number): Promise<string[]>;
  fleetCacheRecord(key: string, ttlMs: number, ...fields: string[]): Promise<string>;
}

/** How young the last heartbeat of an instance is that counts as alive. */
const LIVE_MS = 4_500;
/** Longer than anyone stays away who comes back: a machine that swaps, a server that fails over. */
const FORGET_MS = 60_000;
const TTL_MS = 60_000;
/** Nobody runs so many; a bound on what is read at each heartbeat. */
const MOST_INSTANCES = 1_000;

const RECORD_FIELDS = ['kind', 'host', 'pid', 'version', 'startedAt', 'watched'] as const;

/**
 * The directory in Redis: a hash for each instance, and a sorted set with their heartbeats by the server's clock, so that
 * machines whose clocks differ agree on who is alive. On a Cluster the set is on one master, whose clock it is.
 */
export class RedisInstances implements InstanceDirectory {
  private readonly redis: RedisConnection['client'] & InstanceCommands;

  constructor(private readonly connection: RedisConnection) {
    const { client } = connection;
    client.defineCommand('fleetCacheBeat', { numberOfKeys: 1, lua: BEAT_SCRIPT });
    client.defineCommand('fleetCacheLive', { numberOfKeys: 1, lua: LIVE_SCRIPT });
    client.defineCommand('fleetCacheRecord', { numberOfKeys: 1, lua: RECORD_SCRIPT });
    this.redis = client as typeof client & InstanceCommands;
  }

  async beat(record: InstanceRecord, offer: Offer): Promise<Roll> {
    // First the record, so that whoever finds the instance on the roll finds its offer. On a Cluster the master that has it may be
    // away while the one of the roll is there; the instance lives all the same.
    await this.record(record, offer).catch(ignoreStoreError);
    const [wasKnown, ids] = await this.connection.execute(() =>
      this.redis.fleetCacheBeat(INSTANCES_KEY, record.id, LIVE_MS, FORGET_MS, TTL_MS, MOST_INSTANCES),
    );
    this.connection.noteAccepted('script', INSTANCES_KEY);
    const offers = await Promise.all(ids.map(async (id) => [id, await this.offeredBy(id)] as const));
    return { wasKnown: wasKnown === 1, live: new Map(offers) };
  }

  async offerOf(instanceId: string): Promise<Offer | undefined> {
    const [fingerprint, text] = await this.connection.execute(() =>
      this.redis.hmget(instanceKey(instanceId), 'offerOf', 'offer'),
    );
    return typeof fingerprint === 'string' && typeof text === 'string' ? { fingerprint, text } : undefined;
  }

  async list(): Promise<readonly InstanceRecord[]> {
    return this.records(await this.heardWithin(LIVE_MS));
  }

  async sightings(): Promise<readonly InstanceSighting[]> {
    const [recent, live] = await Promise.all([this.heardWithin(FORGET_MS), this.heardWithin(LIVE_MS)]);
    const records = await this.records(recent);
    return records.map((record) => ({ record, isAlive: live.includes(record.id) }));
  }

  async remove(instanceId: string): Promise<void> {
    // Two keys, on a Cluster of two masters, of which one may be away.
    const results = await Promise.allSettled([
      this.connection.execute(() => this.redis.zrem(INSTANCES_KEY, instanceId)),
      this.connection.execute(() => this.redis.unlink(instanceKey(instanceId))),
    ]);
    const failure = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (failure !== undefined) {
      throw failure.reason;
    }
  }

  /** Ids of those whose last heartbeat is at most so old. */
  private heardWithin(ms: number): Promise<readonly string[]> {
    return this.connection.execute(() => this.redis.fleetCacheLive(INSTANCES_KEY, ms, MOST_INSTANCES));
  }

  /** The longest running first. */
  private async records(ids: readonly string[]): Promise<readonly InstanceRecord[]> {
    const records = await this.connection.execute(() =>
      Promise.all(
        ids.map(async (id) => toRecord(id, await this.redis.hmget(instanceKey(id), ...RECORD_FIELDS, 'figures'))),
      ),
    );
    return records.filter((record) => record !== undefined).sort((a, b) => a.startedAt - b.startedAt);
  }

  private async offeredBy(instanceId: string): Promise<string | undefined> {
    const offers = this.connection.execute(() => this.redis.hget(instanceKey(instanceId), 'offers'));
    return (await offers.catch(ignoreStoreError)) ?? undefined;
  }

  /** The offer, which may be long, is written when it is not the one that stands there. */
  private async record(record: InstanceRecord, offer: Offer): Promise<void> {
    const key = instanceKey(record.id);
    const fields = RECORD_FIELDS.flatMap((name) => [name, String(record[name])]);
    fields.push('offers', offer.fingerprint);
    if (record.figures !== undefined) {
      fields.push('figures', encodeFigures(record.figures));
    }
    const write = (more: readonly string[]) =>
      this.connection.execute(() => this.redis.fleetCacheRecord(key, TTL_MS, ...fields, ...more));
    if ((await write([])) !== offer.fingerprint) {
      await write(['offerOf', offer.fingerprint, 'offer', offer.text]);
    }
  }
}

function ignoreStoreError(error: unknown): undefined {
  if (!(error instanceof StoreError)) {
    throw error;
  }
  return undefined;
}

/** `undefined` for what is no record, since anybody can write a hash. */
function toRecord(id: string, fields: readonly (string | null)[]): InstanceRecord | undefined {
  const [kind, host, pid, version, startedAt, watched, figuresText] = fields;
  if ((kind !== 'window' && kind !== 'server') || typeof host !== 'string' || typeof version !== 'string') {
    return undefined;
  }
  const numbers = { pid: Number(pid), startedAt: Number(startedAt), watched: Number(watched) };
  if (!Object.values(numbers).every(Number.isSafeInteger)) {
    return undefined;
  }
  const figures = decodeFigures(figuresText ?? '');
  return { id, kind, host, version, ...numbers, ...(figures === undefined ? {} : { figures }) };
}
