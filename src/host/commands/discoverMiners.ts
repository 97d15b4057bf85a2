import * as vscode from 'vscode';
import { describeError } from '../../base/errors';
import { countAddresses, parseAddressRanges } from '../../fleet/addressRanges';
import { inventoryDefaults, planMerge } from '../../fleet/inventoryEdit';
import { parseInventory } from '../../fleet/inventoryParser';
import { type DiscoveryReport, entriesOf, type FoundMiner } from '../../service/discovery';
import type { FleetServices } from '../../service/fleetServices';
import type { FleetSession } from '../fleetSession';
import { plural } from '../format';
import { readInventoryText, writeInventoryText } from '../inventoryFile';
import { showInformation } from '../messages';
import { withProgress } from '../progress';
import { type CommandParts, requireServices } from './commandParts';

/** *Discover Miners…*: looks for miners in ranges of addresses, and adds those that are picked to the list. */
export async function discoverMiners({ session, log }: CommandParts): Promise<void> {
  const text = await askForRanges();
  if (text === undefined) {
    return;
  }
  const ranges = parseAddressRanges(text);
  const inventory = await readInventoryText();
  const { discovery } = await services(session);
  const { port, tls } = inventoryDefaults(inventory.text);
  const { miners: known } = parseInventory(inventory.text);
  const title = `Looking for miners at port ${port} of ${plural(countAddresses(ranges), 'address', 'addresses')}`;
  const report = await withProgress(title, 'addresses', (onProgress, signal) =>
    discovery.discover(ranges, { port, tls, known, signal, onProgress }),
  );
  log.info(`Looked for miners in ${text}: ${report.asked} addresses asked, ${report.found.length} miners found.`);
  const picked = await pick(report);
  if (picked === undefined || picked.length === 0) {
    return;
  }
  const taken = new Set(known.map(({ id }) => id));
  const plan = planMerge(inventory.text, entriesOf(picked, taken, port));
  await writeInventoryText(inventory, plan.text);
  showInformation(
    `Added ${plural(plan.added.length, 'miner')} to ${inventory.name}. Give them names, tenants and, if need be, a login.`,
  );
}

async function askForRanges(): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Discover Miners',
    prompt: 'Ranges of IPv4 addresses: each address is asked, without a login, whether it is a miner.',
    placeHolder: '192.168.1.0/24, 10.0.0.5-10.0.0.20',
    ignoreFocusOut: true,
    validateInput: (value) => {
      try {
        parseAddressRanges(value);
        return undefined;
      } catch (error) {
        return describeError(error);
      }
    },
  });
}

/** A list that has just been made is what the session starts with. */
async function services(session: FleetSession): Promise<FleetServices> {
  if (session.state.type === 'noInventory') {
    await session.restart();
  }
  return requireServices(session);
}

async function pick({ found, listed, asked, cancelled }: DiscoveryReport): Promise<readonly FoundMiner[] | undefined> {
  const where = `${cancelled ? 'Cancelled: ' : ''}${plural(asked, 'address', 'addresses')} asked${listed > 0 ? `, ${listed} listed already` : ''}`;
  if (found.length === 0) {
    showInformation(`No miners were found. ${where}.`);
    return undefined;
  }
  const items = found.map((miner) => ({ label: miner.host, description: describe(miner), picked: true, miner }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Discover Miners: ${plural(found.length, 'miner')} found`,
    placeHolder: `Which of them to add. ${where}.`,
    canPickMany: true,
    ignoreFocusOut: true,
  });
  return picked?.map(({ miner }) => miner);
}

function describe({ port, version }: FoundMiner): string {
  const api = version === undefined ? 'wants a login' : `API ${version.major}.${version.minor}.${version.patch}`;
  return `port ${port} · ${api}`;
}
