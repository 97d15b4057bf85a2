import type { CommandParts } from './commandParts';

/** *Pause*: closes this window's connections to Redis and miners, until it is resumed. What is cached stays, and so do other windows. */
export async function pause({ session }: Pick<CommandParts, 'session'>): Promise<void> {
  await session.setPaused(true);
}

/** *Resume*: goes on where *Pause* ended. */
export async function resume({ session }: Pick<CommandParts, 'session'>): Promise<void> {
  await session.setPaused(false);
}
