import { access } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { FleetCacheError } from '../base/errors';
import { EMPTY_INVENTORY } from '../fleet/inventoryEdit';
import { readConfiguration } from './configuration';

/** The text of the user's list of miners, and where it is. */
export interface InventoryText {
  readonly uri: vscode.Uri;
  /** Name of the file, for messages. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads the user's own list of miners, also while the demo fleet runs; one that is not there is made, without miners.
 *
 * @throws {FleetCacheError} without a folder, or while the file has changes that are not saved.
 */
export async function readInventoryText(): Promise<InventoryText> {
  const { inventoryPath } = readConfiguration();
  if (inventoryPath === undefined) {
    throw new FleetCacheError('Open a folder first; its fleet.json lists the miners.');
  }
  const uri = vscode.Uri.file(inventoryPath);
  const name = basename(inventoryPath);
  const isThere = await access(inventoryPath).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(dirname(inventoryPath)));
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(EMPTY_INVENTORY));
  }
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.isDirty) {
    throw new FleetCacheError(`${name} has changes that are not saved. Save or revert them first.`);
  }
  return { uri, name, text: document.getText() };
}

/**
 * Replaces the list by another text, and saves it; one can undo that in the editor.
 *
 * @throws {FleetCacheError} when the file was changed since it was read, or cannot be written.
 */
export async function writeInventoryText({ uri, name, text: former }: InventoryText, text: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.isDirty || document.getText() !== former) {
    throw new FleetCacheError(`${name} was changed meanwhile. Nothing was written; try again.`);
  }
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(document.positionAt(0), document.positionAt(former.length)), text);
  if (!(await vscode.workspace.applyEdit(edit)) || !(await document.save())) {
    throw new FleetCacheError(`${name} could not be written. Is the file writable?`);
  }
}
