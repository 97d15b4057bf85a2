import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/host/ids';
import { activated, eventually, running, withSettings } from './support';

describe('a window among others', () => {
  it('takes leave of the other instances when its services are replaced, and watches all miners while it is alone', async () => {
    const api = await activated();
    const former = (await running(api)).instances.id;
    await api.session.restart();
    const services = await running(api);
    assert.notEqual(services.instances.id, former);
    await eventually(async () => {
      const instances = await services.instances.list();
      assert.deepEqual(
        instances.map(({ id, kind, watched }) => ({ id, kind, watched })),
        [{ id: services.instances.id, kind: 'window', watched: 20 }],
      );
    });
  });

  it('watches nothing when told so', async () => {
    const api = await activated();
    await running(api);
    await withSettings({ watch: false }, async () => {
      // Compared without showing them: whole services are too much for a message.
      await eventually(() => assert.ok(api.session.services?.watcher === undefined));
      assert.ok((await running(api)).watcher === undefined);
    });
    await eventually(() => assert.ok(api.session.services?.watcher !== undefined));
  });

  it('warms periodically when the command says so, without being built anew, and stops when it says so again', async () => {
    const api = await activated();
    const services = await running(api);
    assert.equal(services.periodicWarmer.state, 'off');
    try {
      await vscode.commands.executeCommand(COMMANDS.togglePeriodicWarming);
      await eventually(() => assert.equal(services.periodicWarmer.state, 'warming'));
      await eventually(async () => {
        const miner = services.inventory.current.miners[4];
        assert.ok(miner);
        assert.equal((await services.reads.inspect(miner, 'stats')).state, 'valid');
      });
      await vscode.commands.executeCommand(COMMANDS.togglePeriodicWarming);
      await eventually(() => assert.equal(services.periodicWarmer.state, 'off'));
      assert.ok(api.session.services === services);
    } finally {
      await vscode.workspace
        .getConfiguration('fleetCache')
        .update('warming.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
