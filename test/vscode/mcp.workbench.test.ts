import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { eventually } from '../fixtures/eventually';
import { toolResult } from '../fixtures/mcpClient';
import { connectOverHttp } from '../fixtures/mcpHttp';
import { freePort, occupyPort } from '../fixtures/ports';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const MINERS = 4;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 40_000;

describe('the MCP server of a window', () => {
  let fleet: FleetWorkspace;
  let server: VsCodeServer;
  let first: Workbench;
  let second: Workbench;
  let port: number;
  /** What the agent in VS Code was told. */
  let answerFile: string;

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({ miners: MINERS, tenants: 1, seed: 7, firstNetwork: 70 });
    port = await freePort();
    answerFile = join(fleet.folder, 'answer.json');
    const { folder, environment: env } = fleet;
    const machineSettings = { 'fleetCache.mcp.port': port };
    server = await VsCodeServer.start({
      folder,
      extensions: [VSIX, join(import.meta.dirname, 'toolCaller')],
      env: { ...env, FLEET_CACHE_TEST_ANSWER: answerFile },
      workspaceTrust: true,
      machineSettings,
      // The editor of the trust would lie over everything else.
      settings: { 'workbench.editor.useModal': 'off' },
    });
    first = await Workbench.open(server, { width: 1200, height: 800 });
    await first.openViewContainer('Fleet Cache');
  });

  afterAll(async () => {
    await first?.close();
    await second?.close();
    await server?.stop();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  /** The rows of *Show MCP Status*: label, description and detail. */
  async function status(window: Workbench, picture?: string): Promise<string> {
    return rowsOf(window, 'Fleet Cache: Show MCP Status', 'Show Log', picture);
  }

  async function listedServers(window: Workbench, picture?: string): Promise<string> {
    return rowsOf(window, 'MCP: List Servers', 'Add Server', picture);
  }

  /** What a command's list says, which has a row with a text; a list that loses the focus goes, and is asked for again. */
  async function rowsOf(window: Workbench, command: string, row: string, picture?: string): Promise<string> {
    return soon(async () => {
      try {
        await window.runCommand(command);
        const rows = window.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
        await rows.filter({ hasText: row }).first().waitFor({ timeout: 5_000 });
        const texts = await rows.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label') ?? ''));
        if (picture !== undefined) {
          // Lists fade in.
          await window.page.waitForTimeout(500);
          await window.screenshot(picture);
        }
        return texts.join('\n');
      } finally {
        await window.quickInput.cancel();
      }
    });
  }

  async function setOnMachine(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await writeFile(join(server.userDataDir, 'Machine', 'settings.json'), JSON.stringify(settings));
  }

  async function trust(window: Workbench): Promise<void> {
    const button = { hasText: 'Manage Workspace Trust' };
    await window.page.locator('.welcome-view-content .monaco-button', button).click();
    await window.page.locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' }).first().click();
    await soon(async () => expect(await window.treeView('Miners').rows()).toHaveLength(MINERS + 1));
  }

  const endpointFile = () =>
    join(server.userDataDir, 'User', 'globalStorage', 'fleet-cache.fleet-cache', 'mcp', 'endpoint.json');
  const endpoint = async () => JSON.parse(await readFile(endpointFile(), 'utf8'));

  /** What the extension has written into its log, by all windows. */
  async function log(): Promise<string[]> {
    const folder = join(server.userDataDir, 'logs');
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('Fleet Cache.log'));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    return texts.join('\n').split('\n');
  }

  async function agent(): Promise<Client> {
    const { url, token } = await endpoint();
    return (await connectOverHttp(url, {}, token)).client;
  }

  it('is not there in a folder that is not trusted, and is listed once it is', async () => {
    await soon(async () => expect(await first.treeView('Miners').message()).toContain('This workspace is not trusted'));
    expect(await listedServers(first)).not.toContain('Fleet Cache');
    expect(await status(first)).toContain('No MCP Server, not in a workspace that is not trusted');

    await trust(first);
    await soon(async () => expect(await listedServers(first)).toContain('Fleet Cache, Stopped'));
    expect(await status(first)).toContain('Agents in VS Code, not started');
  });

  it('listens when VS Code starts it, and says who uses it', async () => {
    await first.runCommand('MCP: List Servers');
    await first.quickInput.pick('Fleet Cache');
    await first.quickInput.pick('Start Server');
    // VS Code shows its own log of the server, which takes the focus.
    const output = first.page.locator('.panel .view-lines', { hasText: /Discovered\s+\d+\s+tools/ });
    await output.waitFor();
    expect(await output.textContent()).not.toMatch(/warning|error/);
    await soon(async () => expect(await status(first)).toMatch(/Agents in VS Code, 1 client on port \d+/));
    await soon(async () => expect(await listedServers(first, 'mcp-servers')).toContain('Fleet Cache, Running'));
    await status(first, 'mcp-status');
  });

  it('has VS Code ask the person of its own agents, who refuse by pressing Enter', async () => {
    const invalidate = async () => {
      await rm(answerFile, { force: true });
      await first.runCommand('Test Agent: Invalidate the Fleet');
      // VS Code's own question, whether the tool may run at all; then that of the tool.
      expect(await first.dialogText()).toContain('Run Invalidate cache');
      await first.pressDialogButton('Yes');
      await first.pressNotificationButton('Invalidate the whole fleet?', 'Respond');
      await soon(async () => expect(await first.quickInput.items()).toEqual(['no', 'yes']));
    };
    const answer = () => soon(() => readFile(answerFile, 'utf8'));
    await invalidate();
    // Lists fade in.
    await first.page.waitForTimeout(500);
    await first.screenshot('mcp-elicitation');
    await first.quickInput.confirm();
    expect(await answer()).toContain('The person did not agree. Nothing was done');
    await invalidate();
    await first.quickInput.pick('yes');
    expect(JSON.parse(await answer())).toMatchObject({ what: 'Invalidate the whole fleet', agreedIn: 'client' });
  });

  it('serves agents outside of VS Code, and asks the person before one of them voids anything', async () => {
    // As an agent that was connected earlier leaves it.
    await mkdir(join(endpointFile(), '..'), { recursive: true, mode: 0o700 });
    await writeFile(endpointFile(), '{}', { mode: 0o600 });
    await soon(async () => expect((await endpoint()).url).toBe(`http://127.0.0.1:${port}/mcp`));
    await soon(async () =>
      expect(await status(first)).toContain(`Agents Outside of VS Code, 0 clients on port ${port}`),
    );
    const client = await agent();
    try {
      await soon(async () => {
        await first.page.mouse.move(600, 300);
        await first.statusBarItem('fleet-cache.fleet-cache.fleetCache.hitRatio').hover();
        const hover = first.page.locator('.monaco-hover:not(.hidden)', { hasText: 'MCP Status' });
        await hover.waitFor({ timeout: 3_000 });
        const text = ((await hover.first().textContent()) ?? '').replaceAll('\u00a0', ' ');
        expect(text).toMatch(/MCP: VS Code 1 client on port \d+; agents outside: 1 client on port \d+/);
      });
      await first.screenshot('mcp-tooltip');
      await first.page.mouse.move(600, 300);
      const plan = () => toolResult<{ plan_id: string }>(client, 'plan_cache_change', { whole_fleet: true });
      const invalidate = async () =>
        toolResult(client, 'invalidate_cache', { plan_id: (await plan()).plan_id }).catch(
          (error: Error) => error.message,
        );

      const refused = invalidate();
      expect(await first.dialogText()).toMatch(/\?\s+The agent in test wants it\. .* the next reads ask the miners\./s);
      await first.screenshot('mcp-consent');
      // What a person who goes on typing does.
      await first.page.keyboard.press('Enter');
      expect(await refused).toContain('The person did not agree. Nothing was done');

      // Nobody is asked again at once: an agent could ask until the person gives in.
      expect(await invalidate()).toContain('The person has just refused something, and is asked nothing for another');
      await first.page.waitForTimeout(5_000);
      const agreed = invalidate();
      await first.pressDialogButton('Invalidate');
      expect(await agreed).toMatchObject({ agreedIn: 'window' });

      const { plan_id } = await plan();
      const cancelled = new AbortController();
      const call = client.callTool({ name: 'invalidate_cache', arguments: { plan_id } }, undefined, {
        signal: cancelled.signal,
      });
      await first.dialogText();
      cancelled.abort();
      await expect(call).rejects.toThrow();
      // It is told on a way of its own; once this is answered, the server has heard of it.
      await client.ping();
      await first.pressDialogButton('Invalidate');
      await first.said('The agent does not wait for it any more. Nothing was done.');
    } finally {
      await client.close();
    }
    const audited = (await log()).filter((line) => line.includes('Audit: test called invalidate_cache'));
    expect(audited.map((line) => / (refused|done|cancelled): /.exec(line)?.[1])).toEqual([
      'refused',
      'refused',
      'done',
      'cancelled',
    ]);
  });

  it('gives the port to another window when it closes', async () => {
    // In another browser, which has other secrets; agents keep the token that they have all the same.
    second = await Workbench.open(server, { width: 1200, height: 800 });
    await second.openViewContainer('Fleet Cache');
    await trust(second);
    await soon(async () =>
      expect(await status(second)).toContain(`Agents Outside of VS Code, another window serves them on port ${port}`),
    );
    const before = await endpoint();
    await first.leave();
    await soon(async () =>
      expect(await status(second)).toContain(`Agents Outside of VS Code, 0 clients on port ${port}`),
    );
    expect(await endpoint()).toEqual(before);
    const client = await agent();
    try {
      expect(await toolResult(client, 'get_fleet_overview')).toMatchObject({ miners: MINERS });
      await soon(async () =>
        expect(await status(second)).toContain(`Agents Outside of VS Code, 1 client on port ${port}`),
      );
    } finally {
      await client.close();
    }
  });

  it('says so when another program has the port that the settings name, and takes it when that ends', async () => {
    const other = await freePort();
    const occupied = await occupyPort(other, (socket) => socket.end('220 mail ESMTP\r\n'));
    try {
      await setOnMachine({ 'fleetCache.mcp.port': other });
      await soon(async () =>
        expect(await status(second)).toContain(
          `Agents Outside of VS Code, not served: port ${other} is in use by another program, End it, or choose`,
        ),
      );
      await status(second, 'mcp-port-in-use');
    } finally {
      await occupied.close();
    }
    await soon(async () => expect((await endpoint()).url).toBe(`http://127.0.0.1:${other}/mcp`));
    const { token } = await endpoint();
    expect((await log()).join('\n')).not.toContain(token);
  });

  it('lets agents outside of VS Code in no more once the person has disconnected them', async () => {
    const { url, token } = await endpoint();
    const client = await agent();
    await second.runCommand('Fleet Cache: Show MCP Status');
    await second.quickInput.pick('Disconnect Agents…');
    expect(await second.dialogText()).toContain('Disconnect agents outside of VS Code?');
    await second.screenshot('mcp-disconnect');
    await second.pressDialogButton('Disconnect');
    await second.said('Agents outside of VS Code were disconnected.');
    await expect(client.listTools()).rejects.toThrow();
    await client.close();
    await expect(connectOverHttp(url, {}, token)).rejects.toThrow();
    await soon(async () => expect(await status(second)).toContain('Agents Outside of VS Code, none connected yet'));
    // As another window leaves it where a person connects an agent.
    await writeFile(endpointFile(), '{}', { mode: 0o600 });
    await soon(async () => expect(await endpoint()).toMatchObject({ url, token }));
  });

  it('ends when it is turned off', async () => {
    const { url, token } = await endpoint();
    await setOnMachine({ 'fleetCache.mcp.enabled': false });
    await soon(async () =>
      expect(await status(second)).toContain('No MCP Server, turned off by the setting fleetCache.mcp.enabled'),
    );
    await soon(async () => expect(await listedServers(second)).not.toContain('Fleet Cache'));
    // The port is closed some time after.
    await soon(async () => await expect(connectOverHttp(url, {}, token)).rejects.toThrow());
  });
});
