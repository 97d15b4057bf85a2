import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VSIX } from '../../scripts/checkout';
import { FleetWorkspace } from '../../scripts/fleet/fleetWorkspace';
import { eventually } from '../fixtures/eventually';
import { toolResult } from '../fixtures/mcpClient';
import { connectOverHttp } from '../fixtures/mcpHttp';
import { freePort } from '../fixtures/ports';
import { VsCodeServer } from './harness/vscodeServer';
import { Workbench } from './harness/workbench';

const MINERS = 4;
/** VS Code on a busy machine; no statement about speed. */
const PATIENCE_MS = 60_000;

/** What an agent on stdio is configured with. */
interface StdioServer {
  readonly command: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
}

describe('an agent outside of VS Code', () => {
  let fleet: FleetWorkspace;
  let server: VsCodeServer;
  let workbench: Workbench;
  let port: number;
  let client: Client;
  let bridgeLog = '';

  beforeAll(async () => {
    fleet = await FleetWorkspace.start({ miners: MINERS, tenants: 1, seed: 8, firstNetwork: 75 });
    port = await freePort();
    const { folder, environment: env } = fleet;
    server = await VsCodeServer.start({
      folder,
      extensions: [VSIX],
      env,
      machineSettings: { 'fleetCache.mcp.port': port },
    });
    workbench = await Workbench.open(server, { width: 1300, height: 800 });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () => expect(await workbench.treeView('Miners').rows()).toHaveLength(MINERS + 1));
  });

  afterAll(async () => {
    await client?.close();
    await workbench?.close();
    await server?.stop();
    await fleet?.stop();
  });

  function soon<T>(check: () => Promise<T>): Promise<T> {
    return eventually(check, PATIENCE_MS);
  }

  const clipboard = () => workbench.page.evaluate<string>('navigator.clipboard.readText()');
  const url = () => `http://127.0.0.1:${port}/mcp`;

  /** Without the spaces, because lines are wrapped. */
  async function shownGuide(): Promise<string> {
    return squeezed((await workbench.page.locator('.editor-instance .view-lines').first().textContent()) ?? '');
  }

  async function connect(way: string): Promise<void> {
    await workbench.runCommand('Fleet Cache: Connect an Agent…');
    await workbench.quickInput.pick(way);
  }

  it('is connected with what the window copies and shows, which holds no token', async () => {
    await workbench.runCommand('Fleet Cache: Connect an Agent…');
    await workbench.quickInput.opens();
    await soon(async () => expect(await workbench.quickInput.items()).toContain('Other Agent'));
    await workbench.screenshot('mcp-connect-agent');
    await workbench.quickInput.pick('Other Agent');
    await workbench.said('Copied what connects Other Agent.');
    const copied = await clipboard();
    const { command, args, env }: StdioServer = JSON.parse(copied).mcpServers['fleet-cache'];
    const folder = join(server.userDataDir, 'User', 'globalStorage', 'fleet-cache.fleet-cache', 'mcp');
    expect(args).toEqual([join(folder, 'bridge.js')]);
    await soon(async () => {
      const guide = await shownGuide();
      expect(guide).toContain(squeezed('# Connect Other Agent to Fleet Cache'));
      expect(guide).toContain(squeezed(copied));
    });
    await workbench.screenshot('mcp-agent-guide');

    const transport = new StdioClientTransport({
      command,
      args,
      stderr: 'pipe',
      ...(env === undefined ? {} : { env }),
    });
    transport.stderr?.on('data', (chunk: Buffer) => {
      bridgeLog += chunk.toString();
    });
    client = new Client({ name: 'agent', version: '1' });
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('invalidate_cache');
    expect(await toolResult(client, 'get_fleet_overview')).toMatchObject({ miners: MINERS });
  });

  it('goes on after the window was reloaded', async () => {
    await workbench.reload();
    await workbench.openViewContainer('Fleet Cache');
    await soon(async () => {
      expect(bridgeLog.split('Connected to Fleet Cache').length).toBeGreaterThan(2);
      expect(await toolResult(client, 'get_fleet_overview')).toMatchObject({ miners: MINERS });
    });
  });

  it('goes on after the token was rotated, and one over HTTP has to be connected again', async () => {
    await connect('Claude Code over HTTP');
    expect(await workbench.dialogText()).toMatch(/What is copied holds the MCP token\..*until you rotate it/s);
    await workbench.screenshot('mcp-token-warning');
    await workbench.pressDialogButton('Copy with Token');
    const line =
      /^claude mcp add --transport http --header "Authorization: Bearer ([\w-]{43})" --scope user fleet-cache (\S+)$/;
    const [, token = '', address = ''] = await soon(
      async () => line.exec(await clipboard()) ?? expect.fail('Not yet.'),
    );
    expect(address).toBe(url());
    const http = await connectOverHttp(address, {}, token);
    expect(await toolResult(http.client, 'get_fleet_overview')).toMatchObject({ miners: MINERS });
    await soon(async () => expect(await shownGuide()).toContain(squeezed('Bearer …"')));
    expect(await workbench.page.content()).not.toContain(token);

    await workbench.runCommand('Fleet Cache: Rotate MCP Token…');
    expect(await workbench.dialogText()).toMatch(/Agents that were connected over HTTP are put out/);
    await workbench.screenshot('mcp-rotate-token');
    await workbench.pressDialogButton('Rotate Token');
    await soon(async () => {
      await expect(toolResult(http.client, 'get_fleet_overview')).rejects.toThrow('A valid bearer token is missing');
    });
    await soon(async () => expect(await toolResult(client, 'get_fleet_overview')).toMatchObject({ miners: MINERS }));
    await http.client.close();
    await expect(connectOverHttp(address, {}, token)).rejects.toThrow('A valid bearer token is missing');

    await connect('Claude Code over HTTP');
    await workbench.pressDialogButton('Copy with Token');
    const next = await soon(async () => {
      const [, copied] = line.exec(await clipboard()) ?? expect.fail('Not yet.');
      expect(copied).not.toBe(token);
      return copied;
    });
    const again = await connectOverHttp(address, {}, next);
    expect(await toolResult(again.client, 'get_fleet_overview')).toMatchObject({ miners: MINERS });
    await again.client.close();
    expect(bridgeLog).not.toContain(token);
    expect(bridgeLog).not.toContain(next);
  });

  it('is told to open a window when the last one was closed', async () => {
    await workbench.leave();
    await soon(async () => {
      await expect(client.callTool({ name: 'get_fleet_overview' })).rejects.toThrow(
        `No window of VS Code has Fleet Cache running (nobody listens at 127.0.0.1:${port})`,
      );
    });
    await client.ping();
  });
});

function squeezed(text: string): string {
  return text.replace(/\s/g, '');
}
