import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { entryUri } from '../../../src/host/documents/entryUri';
import type { FleetServices } from '../../../src/service/fleetServices';
import { activated, eventually, running } from './support';

describe('cache entries as documents', () => {
  let services: FleetServices;

  before(async () => {
    services = await running(await activated());
  });

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  async function open(minerId: string): Promise<vscode.TextDocument> {
    const document = await vscode.workspace.openTextDocument(entryUri(minerId, 'hashboards'));
    await vscode.window.showTextDocument(document);
    return document;
  }

  it('show the data with its age and where it came from, as JSON', async () => {
    const id = services.inventory.current.miners[1]?.id ?? '';
    const document = await open(id);
    assert.equal(document.languageId, 'json');
    const content = JSON.parse(document.getText());
    assert.equal(content.miner, id);
    assert.equal(content.dataset, 'miner:hashboards');
    assert.equal(content.source, 'source');
    assert.equal(content.fresh, true);
    assert.ok(content.data[0].boardTempC > 0);
  });

  it('cannot be edited', async () => {
    const document = await open(services.inventory.current.miners[1]?.id ?? '');
    const before = document.getText();
    await vscode.commands.executeCommand('type', { text: 'x' });
    assert.equal(document.getText(), before);
    assert.equal(document.isDirty, false);
  });

  it('follow their entry', async () => {
    const miner = services.inventory.current.miners[2];
    assert.ok(miner);
    const document = await open(miner.id);
    const first = JSON.parse(document.getText()).fetchedAt;
    await services.reads.miner(miner, 'hashboards', { refresh: true });
    await eventually(() => assert.notEqual(JSON.parse(document.getText()).fetchedAt, first));
  });

  it('say so when there is no such miner', async () => {
    const document = await open('no/such:miner?');
    assert.match(JSON.parse(document.getText()).error, /There is no miner no\/such:miner\?/);
  });
});
