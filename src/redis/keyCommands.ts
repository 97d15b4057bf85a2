import { once } from 'node:events';
import { type Cluster, Command, type Redis } from 'ioredis';
import type { RawKey } from '../cache/keyBrowser';
import { StoreError } from '../cache/store';
import type { RedisConnection } from './connection';
import type { DeniedCommands } from './deniedCommands';
import { isPermissionRefusal, isRedirection, isServerFailure } from './failures';
import { addressOf } from './nodeNames';
import { nodeAddress } from './profile';
import { showKey } from './scanPage';
import { keySlot } from './scanSlots';

/** Characters of a key's name in a message. */
const MAX_SHOWN = 200;
/** The longest that a Cluster that has just been connected to is waited for, in ms. */
const READY_MS = 2_000;

/** One command about one key. */
export interface KeyCommand {
  /** As permissions name it: `TYPE`, `MEMORY USAGE`. */
  readonly name: string;
  readonly key: Buffer;
  /** What follows the key. */
  readonly args?: readonly (string | number)[];
}

/** A reply with all text as bytes; `undefined` for what the server would not say of this key. */
export type KeyReply = Buffer | number | readonly KeyReply[] | null | undefined;

/** The bytes of a key. */
export function keyBytes(key: RawKey): Buffer {
  return Buffer.from(key, 'latin1');
}

/**
 * Commands about single keys, whose names may be any bytes: one pipeline for each node. What one of them is refused costs its own
 * reply alone.
 */
export class KeyCommands {
  constructor(
    private readonly connection: RedisConnection,
    readonly denied: DeniedCommands,
  ) {}

  /**
   * Runs commands, and resolves to their replies in their order. A command that the login may not use, or not on that key, or that
   * is for keys of another type, gives `undefined`.
   *
   * @throws {StoreError} when a server cannot be used.
   */
  run(commands: readonly KeyCommand[]): Promise<readonly KeyReply[]> {
    return this.connection.execute(async () => {
      const replies = new Array<KeyReply>(commands.length);
      await Promise.all(
        [...this.byNode(commands)].map(([node, places]) => this.runOn(node, commands, places, replies)),
      );
      return replies;
    });
  }

  /**
   * As {@link run}, where nothing can be done without the replies.
   *
   * @throws {StoreError} also for what the login may not do, or a key of another type.
   */
  async demand(commands: readonly KeyCommand[]): Promise<readonly KeyReply[]> {
    const replies = await this.run(commands);
    const refused = commands.find((_, index) => replies[index] === undefined);
    if (refused === undefined) {
      return replies;
    }
    const { name, key } = refused;
    const of = `${name} of ${showKey(key).slice(0, MAX_SHOWN)}`;
    throw new StoreError(
      this.denied.has(name)
        ? `Redis does not let the login use ${name}. Grant it with ACL SETUSER <user> +${name.toLowerCase().replace(' ', '|')}.`
        : `Redis refused ${of}: the login may not use this key, or its type has changed meanwhile. Look at it again.`,
    );
  }

  /** Of commands that are not known to be denied. */
  private byNode(commands: readonly KeyCommand[]): Map<Redis, number[]> {
    const places = new Map<Redis, number[]>();
    const nodes = nodesByKey(this.connection);
    for (const [place, { name, key }] of commands.entries()) {
      if (this.denied.has(name)) {
        continue;
      }
      const node = nodes(key);
      const known = places.get(node);
      if (known === undefined) {
        places.set(node, [place]);
      } else {
        known.push(place);
      }
    }
    return places;
  }

  private async runOn(
    node: Redis,
    commands: readonly KeyCommand[],
    places: readonly number[],
    replies: KeyReply[],
  ): Promise<void> {
    const pipeline = node.pipeline();
    for (const place of places) {
      const [first, ...rest] = wordsOf(commands[place] as KeyCommand);
      pipeline.callBuffer(first as string, ...rest);
    }
    const results = (await pipeline.exec()) ?? [];
    for (const [index, place] of places.entries()) {
      const [error, reply] = results[index] ?? [new Error('The command was not answered.')];
      const command = commands[place] as KeyCommand;
      replies[place] = error === null ? (reply as KeyReply) : await this.settle(command, error);
    }
  }

  private async settle(command: KeyCommand, error: Error): Promise<KeyReply> {
    if (isRedirection(error) && this.connection.client.isCluster) {
      const cluster = this.connection.client as Cluster;
      if (cluster.status !== 'ready') {
        // It knows its nodes a moment before it takes commands for them. If it does not come about, the command says so.
        await once(cluster, 'ready', { signal: AbortSignal.timeout(READY_MS) }).catch(() => {});
      }
      const [first, ...rest] = wordsOf(command);
      // Alone, a command is redirected by ioredis, as often as it takes.
      const alone = new Command(first as string, rest, { replyEncoding: null });
      const reply = cluster.sendCommand(alone) as Promise<KeyReply>;
      return reply.catch((failure: Error) => this.refused(command, failure));
    }
    return this.refused(command, error);
  }

  private refused({ name }: KeyCommand, error: Error): undefined {
    if (isServerFailure(error) || !(this.denied.note(name, error) || isOfThisKey(error))) {
      throw error;
    }
    return undefined;
  }
}

/** Finds the master that has a key, by the key's bytes. */
function nodesByKey(connection: RedisConnection): (key: Buffer) => Redis {
  const { client } = connection;
  if (!client.isCluster) {
    return () => client as Redis;
  }
  const masters = connection.masters();
  const [anyOne] = masters;
  if (anyOne === undefined) {
    throw new Error('None of startup nodes is available');
  }
  const byName = new Map(masters.map((master) => [nodeAddress(addressOf(master)), master]));
  // Whoever is asked for a key that it does not have says who has it.
  return (key) => byName.get((client as Cluster).slots[keySlot(key)]?.[0] ?? '') ?? anyOne;
}

/** Whether an answer is about this key alone: of another type, not to be looked at by this login, or no value of the module. */
function isOfThisKey(error: Error): boolean {
  return isPermissionRefusal(error) || /^(WRONGTYPE|Existing key has wrong)/.test(error.message);
}

function wordsOf({ name, key, args = [] }: KeyCommand): readonly (string | number | Buffer)[] {
  return [...name.split(' '), key, ...args];
}
