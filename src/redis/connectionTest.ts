import type { Clock } from '../base/clock';
import { CancelledError } from '../base/errors';
import { silentLogger } from '../base/logger';
import type { ConnectionReport } from '../cache/connectionReport';
import { StoreError } from '../cache/store';
import { RedisConnection } from './connection';
import { type ConnectionProfile, profileAddress } from './profile';

/** Longer than a connection may take to come about (`client.ts`), so that the cause is known by then. */
const TIMEOUT_MS = 4_000;
/** Of a Cluster's nodes in a message. */
const MOST_TOLD = 6;
/** A key that nobody writes. */
const PROBE_KEY = 'v1:cache:connection:test';

/**
 * Connects with a connection of its own, asks what every reader asks, and closes it again. Changes nothing.
 *
 * @throws {StoreError} that names the server, what is wrong, and what to do.
 * @throws {CancelledError}
 */
export async function testConnection(
  profile: ConnectionProfile,
  clock: Clock,
  signal?: AbortSignal,
): Promise<ConnectionReport> {
  const startedAt = clock.monotonic();
  const connection = new RedisConnection({ profile, commandTimeoutMs: TIMEOUT_MS, clock, logger: silentLogger });
  const elapsedMs = () => clock.monotonic() - startedAt;
  try {
    return await unlessCancelled(
      explained(examine(connection, profile, clock), connection, profile, elapsedMs),
      signal,
    );
  } finally {
    connection.dispose();
  }
}

async function examine(
  connection: RedisConnection,
  profile: ConnectionProfile,
  clock: Clock,
): Promise<ConnectionReport> {
  const address = profileAddress(profile);
  const ping = () => connection.execute(() => Promise.all(connection.masters().map((master) => master.ping())));
  await ping();
  if (connection.masters().length === 0) {
    // A Cluster without a node has nobody to fail.
    await connection.execute(() => connection.client.get(PROBE_KEY));
  }
  const startedAt = clock.monotonic();
  await ping();
  const latencyMs = clock.monotonic() - startedAt;
  const info = await connection.execute(() => firstOf(connection).info('server')).catch(ignoreStoreError);
  checkMode(/^redis_mode:(\w+)/m.exec(info ?? '')?.[1], profile);
  await connection
    .execute(() => connection.client.get(PROBE_KEY))
    .catch((error: unknown) => {
      const { health } = connection;
      throw health.state === 'refusing-reads' ? new StoreError(health.reason, { cause: error }) : error;
    });
  const keyCount = await connection
    .execute(() => Promise.all(connection.masters().map((master) => master.dbsize())))
    .catch(ignoreStoreError);
  const version = /^(?:valkey_version|redis_version):(\S+)/m.exec(info ?? '')?.[1];
  return {
    address,
    latencyMs,
    ...(version === undefined ? {} : { version }),
    ...(keyCount === undefined ? {} : { keyCount: keyCount.reduce((total, count) => total + count, 0) }),
  };
}

function firstOf(connection: RedisConnection) {
  const [first] = connection.masters();
  if (first === undefined) {
    throw new StoreError('No master of the Cluster can be reached.');
  }
  return first;
}

/** A server answers a client of another kind in ways that do not say so. */
function checkMode(mode: string | undefined, profile: ConnectionProfile): void {
  const address = profileAddress(profile);
  if (mode === 'cluster' && profile.mode !== 'cluster') {
    throw new StoreError(`Redis at ${address} is a node of a Cluster. Begin the URL with redis+cluster://.`);
  }
  if (mode === 'sentinel') {
    throw new StoreError(
      `Redis at ${address} is a Sentinel. Begin the URL with redis+sentinel:// and end it with the master's name.`,
    );
  }
  if (mode === 'standalone' && profile.mode === 'cluster') {
    throw new StoreError(`Redis at ${address} is no Cluster. Begin the URL with redis://.`);
  }
}

/**
 * What servers and clients say to one of another kind, or when one of them speaks TLS and the other does not, is told in words that
 * help, whichever step hears it: a client of a Cluster may have taken a server for a node, and pinged it, before that refuses to be one.
 */
async function explained<T>(
  answer: Promise<T>,
  connection: RedisConnection,
  profile: ConnectionProfile,
  elapsedMs: () => number,
): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    const hasTls = 'tls' in profile && profile.tls !== undefined;
    const address = profileAddress(profile);
    // Without a word until the end it was not the server that closed it.
    const isClosed = /closed the connection\.$|ECONNRESET|EPIPE|CERTIFICATE_REQUIRED/.test(error.message);
    const isSilent = /ETIMEDOUT/.test(error.message) || (isClosed && elapsedMs() >= TIMEOUT_MS);
    if (isSilent) {
      const advice = hasTls ? ' If it does not speak TLS, begin the URL with redis in place of rediss.' : '';
      const told = adviseOnTold(connection, profile);
      throw new StoreError(`Redis at ${address} did not answer within ${TIMEOUT_MS} ms.${advice}${told}`, {
        cause: error,
      });
    }
    if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN/.test(error.message)) {
      throw new StoreError(`${error.message}${adviseOnTold(connection, profile)}`, { cause: error });
    }
    if (isClosed && !hasTls && profile.mode !== 'socket') {
      const advice = 'If it expects TLS, begin the URL with rediss in place of redis.';
      throw new StoreError(`Redis at ${address} closed the connection. ${advice}`, { cause: error });
    }
    if (isClosed && 'tls' in profile && profile.tls?.cert === undefined) {
      const advice = 'If it wants a client certificate, name its files with cert= and key=.';
      throw new StoreError(`Redis at ${address} closed the connection. ${advice}`, { cause: error });
    }
    if (/cluster support disabled/.test(error.message)) {
      throw new StoreError(`Redis at ${address} is no Cluster. Begin the URL with redis://.`, { cause: error });
    }
    throw error;
  }
}

/** What to do when servers were told of that are not reached, a sentence after a blank; nothing when none were. */
function adviseOnTold({ client }: RedisConnection, profile: ConnectionProfile): string {
  const example = 'natMap=10.0.0.1:7000=host:7000';
  if (profile.mode === 'sentinel') {
    return ` If the master's address that the sentinels tell does not lead to it from here, name where it is with ${example}.`;
  }
  const told = 'slots' in client ? [...new Set(client.slots.flat())] : [];
  if (told.length === 0) {
    return '';
  }
  const some = told.slice(0, MOST_TOLD).join(', ');
  return ` Its nodes tell of ${some}${told.length > MOST_TOLD ? ', …' : ''}: where these do not lead to them from here, name where they are with ${example}.`;
}

function unlessCancelled<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) {
    return answer;
  }
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new CancelledError());
    if (signal.aborted) {
      cancel();
    }
    signal.addEventListener('abort', cancel, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

function ignoreStoreError(error: unknown): undefined {
  if (!(error instanceof StoreError)) {
    throw error;
  }
  return undefined;
}
