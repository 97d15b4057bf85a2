import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileInventory } from '../../../src/service/fileInventory';
import { followInventoryFile } from '../../../src/service/inventoryFollower';
import { eventually } from '../../fixtures/eventually';

describe('followInventoryFile', () => {
  let directory: string;
  let inventory: FileInventory;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fleet-cache-inventory-'));
    inventory = new FileInventory(join(directory, 'fleet.json'));
    await write(inventory.path, 'm1');
    await inventory.reload();
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  function write(path: string, ...ids: readonly string[]): Promise<void> {
    return writeFile(path, JSON.stringify({ miners: ids.map((id) => ({ id, host: `${id}.example` })) }));
  }

  function ids(): readonly string[] {
    return inventory.current.miners.map(({ id }) => id);
  }

  it('hears of a file that is written, replaced, removed and made anew, until it is disposed', async () => {
    const following = followInventoryFile(inventory);
    await write(inventory.path, 'm1', 'm2');
    await eventually(() => expect(ids()).toEqual(['m1', 'm2']));
    await write(join(directory, 'new.json'), 'm3');
    await rename(join(directory, 'new.json'), inventory.path);
    await eventually(() => expect(ids()).toEqual(['m3']));
    await rm(inventory.path);
    await eventually(() => expect(inventory.current.problems[0]?.message).toContain('There is no fleet.json'));
    await write(inventory.path, 'm4');
    await eventually(() => expect(ids()).toEqual(['m4']));
    following.dispose();
    await write(inventory.path, 'm4', 'm5');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(ids()).toEqual(['m4']);
  });
});
