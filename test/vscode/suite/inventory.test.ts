import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { activated, eventually, running } from './support';

describe('fleet.json', () => {
  const path = process.env.FLEET_CACHE_TEST_INVENTORY ?? '';
  let original: string;

  before(async () => {
    original = await readFile(path, 'utf8');
  });

  afterEach(async () => {
    await writeFile(path, original);
    const services = await running(await activated());
    await eventually(() => assert.equal(services.inventory.current.problems.length, 0));
  });

  function diagnostics(): vscode.Diagnostic[] {
    return vscode.languages.getDiagnostics(vscode.Uri.file(path)).filter(({ source }) => source === 'Fleet Cache');
  }

  it('is read again when it changes; what is wrong is in the Problems panel, and the rest works', async () => {
    const services = await running(await activated());
    const inventory = JSON.parse(original);
    inventory.miners[3].port = 99_999;
    await writeFile(path, JSON.stringify(inventory, undefined, 2));
    await eventually(() => assert.equal(diagnostics().length, 1));
    const [diagnostic] = diagnostics();
    assert.match(diagnostic?.message ?? '', /The port 99999 is not a TCP port/);
    const text = JSON.stringify(inventory, undefined, 2).split('\n');
    assert.match(text[diagnostic?.range.start.line ?? -1] ?? '', /99999/);
    assert.equal(services.inventory.current.miners.length, 19);
  });

  it('is read again when it changed just after it was read, and is not watched yet', async () => {
    const api = await activated();
    await api.session.restart();
    const inventory = JSON.parse(original);
    inventory.miners[3].port = 99_999;
    await writeFile(path, JSON.stringify(inventory));
    await eventually(() => assert.equal(diagnostics().length, 1));
  });

  it('is completed and explained by its schema', async () => {
    await running(await activated());
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
    // The editor asks for the schema when a document is shown.
    await vscode.window.showTextDocument(document);
    const position = document.positionAt(document.getText().indexOf('"id"') + 2);
    await eventually(async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        position,
      );
      const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      assert.ok(labels.includes('credentials'), labels.join());
    });
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      position,
    );
    const texts = hovers.flatMap(({ contents }) =>
      contents.map((content) => (typeof content === 'string' ? content : content.value)),
    );
    assert.match(texts.join(), /Name of the miner; unique in this file/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('may be broken in the middle', async () => {
    await running(await activated());
    await writeFile(path, original.slice(0, original.length / 2));
    await eventually(() => assert.match(diagnostics()[0]?.message ?? '', /not JSON from here on/));
  });
});
