import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/host/ids';
import { activated, eventually, running } from './support';

describe('the demo fleet', () => {
  it('runs on simulated miners with a Redis of its own, and goes back to the workspace when it is stopped', async () => {
    const api = await activated();
    await running(api);
    await vscode.commands.executeCommand(COMMANDS.startDemo);
    const demo = await running(api);
    assert.equal(api.session.isDemo, true);
    assert.equal(demo.inventory.current.miners.length, 200);
    await eventually(() => assert.deepEqual(demo.cache.storeHealth, { state: 'up' }));
    await eventually(() => {
      const views = demo.inventory.current.miners.map(({ id }) => demo.monitor.view(id).type);
      assert.ok(views.filter((type) => type === 'online').length > 150);
    });

    await vscode.commands.executeCommand(COMMANDS.stopDemo);
    const own = await running(api);
    assert.equal(api.session.isDemo, false);
    assert.equal(own.inventory.current.miners.length, 20);
  });
});
