import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { FleetCacheError } from '../../base/errors';
import { readConfiguration } from '../configuration';

const TEMPLATE = `{
  "defaults": { "port": 50051, "credentials": "default" },
  "miners": [
    { "id": "miner-1", "host": "192.168.1.10", "tenant": "my-farm", "tags": ["s19"] }
  ]
}
`;

/** *Create fleet.json*: writes an inventory with one example to fill in, and opens it. What is there is only opened. */
export async function createInventory(): Promise<void> {
  const { inventoryPath } = readConfiguration();
  if (inventoryPath === undefined) {
    throw new FleetCacheError('Open a folder first; its fleet.json lists the miners.');
  }
  const uri = vscode.Uri.file(inventoryPath);
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(uri, { ignoreIfExists: true, contents: new TextEncoder().encode(TEMPLATE) });
  await vscode.workspace.fs.createDirectory(vscode.Uri.file(dirname(inventoryPath)));
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new FleetCacheError(`${inventoryPath} could not be created. Is the folder writable?`);
  }
  await vscode.window.showTextDocument(uri);
}
