import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/host/ids';
import { activated, EXTENSION_ID, eventually, running } from './support';

describe('activation', () => {
  it('happens by itself in a folder with a fleet.json', async () => {
    await eventually(() => assert.ok(vscode.extensions.getExtension(EXTENSION_ID)?.isActive));
  });

  it('registers every command', async () => {
    await activated();
    const registered = new Set(await vscode.commands.getCommands(true));
    for (const command of Object.values(COMMANDS)) {
      assert.ok(registered.has(command), command);
    }
  });

  it('reads the inventory and reaches Redis and the miners', async () => {
    const services = await running(await activated());
    assert.equal(services.inventory.current.miners.length, 20);
    assert.deepEqual(services.inventory.current.problems, []);
    const miner = services.inventory.current.miners[0];
    assert.ok(miner);
    const { data } = await services.reads.miner(miner, 'details');
    assert.match(data.model ?? '', /\w/);
    await eventually(() => assert.deepEqual(services.cache.storeHealth, { state: 'up' }));
  });
});
