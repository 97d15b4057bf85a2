import { ErrorCode, McpError, type ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { CancelledError, describeError } from '../../base/errors';
import type { Inventory } from '../../fleet/inventory';
import { GLOBAL_TENANT, type Miner } from '../../fleet/miner';
import { cleanText, UNTRUSTED_NOTICE } from '../untrusted';

export const MIME_TYPE = 'application/json';

/** The content of a resource: JSON text. */
export function jsonContent(uri: URL, value: object): ReadResourceResult {
  return { contents: [{ uri: uri.href, mimeType: MIME_TYPE, text: JSON.stringify(value) }] };
}

/** As {@link jsonContent}, of data with texts that are anybody's. */
export function untrustedContent(uri: URL, value: object): ReadResourceResult {
  return jsonContent(uri, { ...value, notice: UNTRUSTED_NOTICE });
}

/** @throws {McpError} that says how to find the miners that there are. */
export function requireMiner(inventory: Inventory, minerId: string): Miner {
  const miner = findMiner(inventory, minerId);
  if (miner === undefined) {
    throw new McpError(ErrorCode.InvalidParams, `There is no miner "${cleanText(minerId)}" in ${inventory.file}.`);
  }
  return miner;
}

/** By its id, or by its id as it is shown. */
export function findMiner(inventory: Inventory, minerId: string): Miner | undefined {
  return inventory.find(minerId) ?? inventory.current.miners.find(({ id }) => cleanText(id) === minerId);
}

/** The tenants of the inventory, in the order of their names. */
export function tenantsOf({ current }: Inventory): readonly string[] {
  return [...new Set(current.miners.map(({ tenant }) => tenant))].sort();
}

/** @throws {McpError} that names the tenants that there are. */
export function requireTenant(inventory: Inventory, tenant: string): string {
  const tenants = tenantsOf(inventory);
  const known =
    tenant === GLOBAL_TENANT ? tenant : tenants.find((each) => each === tenant || cleanText(each) === tenant);
  if (known === undefined) {
    const some = tenants.slice(0, 20).map((each) => cleanText(each));
    const others = tenants.length > some.length ? `, and ${tenants.length - some.length} more` : '';
    throw new McpError(
      ErrorCode.InvalidParams,
      `There is no tenant "${cleanText(tenant)}" in ${inventory.file}. Tenants are: ${some.join(', ')}${others}.`,
    );
  }
  return known;
}

/** What the services throw, as the protocol says it. */
export function toMcpError(error: unknown): never {
  if (error instanceof McpError || error instanceof CancelledError) {
    throw error;
  }
  throw new McpError(ErrorCode.InternalError, cleanText(describeError(error), 1_000));
}
