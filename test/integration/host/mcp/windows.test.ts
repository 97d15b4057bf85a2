import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../../src/base/clock';
import { Emitter } from '../../../../src/base/emitter';
import { FleetCacheError } from '../../../../src/base/errors';
import type { Logger } from '../../../../src/base/logger';
import type { McpSettings } from '../../../../src/host/configuration';
import type { SessionState } from '../../../../src/host/fleetSession';
import { AgentAccess } from '../../../../src/host/mcp/agentAccess';
import { PersonAsker } from '../../../../src/host/mcp/personAsker';
import { WindowMcp } from '../../../../src/host/mcp/windowMcp';
import { readEndpoint } from '../../../../src/mcp/bridge/endpointFile';
import { listenInWindow, whoListens } from '../../../../src/mcp/windowServer';
import type { FleetServices } from '../../../../src/service/fleetServices';
import type { Question } from '../../../../src/service/windowServing';
import { eventually } from '../../../fixtures/eventually';
import { startTestFleet, type TestFleet } from '../../../fixtures/fleet';
import { ManualClock } from '../../../fixtures/manualClock';
import { toolResult } from '../../../fixtures/mcpClient';
import { ask, connectOverHttp } from '../../../fixtures/mcpHttp';
import { memorySecrets } from '../../../fixtures/memorySecrets';
import { freePort, occupyPort } from '../../../fixtures/ports';

/** Time runs faster, so that nobody has to wait for windows that look at a port every few seconds. */
const fastClock: Clock = {
  ...systemClock,
  setTimeout: (callback, delayMs) => systemClock.setTimeout(callback, delayMs / 20),
};

const urlOf = (port: number) => `http://127.0.0.1:${port}/mcp`;

/** What VS Code is to the MCP server of a window. */
class TestWindow {
  private readonly changes = new Emitter<SessionState>();
  private readonly access: AgentAccess;
  readonly mcp: WindowMcp;
  readonly log: string[] = [];
  state: SessionState;
  isTrusted = true;
  settings: McpSettings;
  /** Questions on the screen, and what answers them. */
  readonly dialogs: { readonly question: Question; readonly answer: (hasAgreed: boolean) => void }[] = [];

  constructor(
    services: FleetServices,
    port: number,
    storage: ReturnType<typeof memorySecrets>['storage'],
    private readonly folder: string,
    clock: Clock,
  ) {
    const write = (message: string) => void this.log.push(message);
    const logger: Logger = { debug: write, info: write, warn: write, error: write };
    this.state = { type: 'running', services };
    this.settings = { isEnabled: true, port, allowMinerControl: false };
    this.access = new AgentAccess(storage, folder, logger);
    const session = {
      onDidChange: this.changes.event,
      state: this.state,
      services: services as FleetServices | undefined,
    };
    Object.defineProperties(session, {
      state: { get: () => this.state },
      services: { get: () => (this.state.type === 'running' ? this.state.services : undefined) },
    });
    const ask = (question: Question) => new Promise<boolean>((answer) => void this.dialogs.push({ question, answer }));
    // After a refusal nobody is asked for a while, which is over when it wants to be on a slow machine.
    const asker = new PersonAsker({ ask, tellTooLate: () => {} }, new ManualClock());
    this.mcp = new WindowMcp({
      parts: { listen: (request, served) => listenInWindow(request, served, logger), whoListens },
      session,
      requireServices: async () => {
        if (this.state.type !== 'running') {
          if (this.state.type === 'failed') {
            throw new FleetCacheError(this.state.reason);
          }
          throw new FleetCacheError('Fleet Cache is still starting. Try again in a moment.');
        }
        return this.state.services;
      },
      entrance: this.access,
      settings: () => this.settings,
      isTrusted: () => this.isTrusted,
      askPerson: (question, client, signal) => asker.ask(question, client, signal),
      clock,
      logger,
    });
  }

  become(state: SessionState): void {
    this.state = state;
    this.changes.fire(state);
  }

  token = () => this.access.token();
  rotate = () => this.access.rotate();
  endpoint = async () => JSON.parse(await readFile(join(this.folder, 'endpoint.json'), 'utf8'));

  async close(): Promise<void> {
    const token = await this.token();
    this.mcp.dispose();
    this.access.dispose();
    expect(this.log.join('\n')).not.toContain(token);
  }
}

describe('the MCP servers of several windows', () => {
  let test: TestFleet;
  let services: FleetServices;
  let folder: string;
  let otherFleet: FleetServices;
  let port: number;
  let secrets: ReturnType<typeof memorySecrets>;
  const windows: TestWindow[] = [];
  const cleanUp: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    test = await startTestFleet({ miners: 2, seed: 3 });
    services = await test.open({ commandTimeoutMs: 5_000 });
    const copy = join(await mkdtemp(join(tmpdir(), 'fleet-cache-other-')), 'fleet.json');
    await cp(test.inventoryPath, copy);
    otherFleet = await test.open({ commandTimeoutMs: 5_000, inventoryPath: copy });
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fleet-cache-windows-'));
    port = await freePort();
    secrets = memorySecrets();
  });

  afterEach(async () => {
    await Promise.all(windows.splice(0).map((window) => window.close()));
    await Promise.all(cleanUp.splice(0).map((clean) => clean()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  afterAll(() => test?.stop());

  function open(of: FleetServices = services, clock: Clock = fastClock): TestWindow {
    const window = new TestWindow(of, port, secrets.storage, folder, clock);
    windows.push(window);
    return window;
  }

  async function closeWindow(window: TestWindow): Promise<void> {
    windows.splice(windows.indexOf(window), 1);
    await window.close();
  }

  async function fleetOver(url: string, token: string): Promise<unknown> {
    const { client, transport } = await connectOverHttp(url, {}, token);
    try {
      const { structuredContent } = await client.callTool({ name: 'get_fleet_overview', arguments: {} });
      return (structuredContent as { readonly miners: unknown }).miners;
    } finally {
      await transport.terminateSession();
      await client.close();
    }
  }

  const holderOf = async (window: TestWindow) => whoListens(port, await window.token(), AbortSignal.timeout(10_000));

  /** So long that whatever was to come of a change has come, on a machine that is not busy; on others less is shown. */
  const rest = () => new Promise((resolve) => setTimeout(resolve, 700));

  it('listen nowhere before somebody needs it', async () => {
    const window = open();
    expect(window.mcp.status).toMatchObject({ availability: 'available', own: undefined, agents: { type: 'off' } });
    expect(await whoListens(port, await window.token(), AbortSignal.timeout(10_000))).toEqual({ type: 'nobody' });
  });

  it('serve VS Code on a port and with a token of the window, which agents outside do not know', async () => {
    const [one, two] = [open(), open(otherFleet)];
    const [first, second] = [await one.mcp.openForWindow(), await two.mcp.openForWindow()];
    expect(await one.mcp.openForWindow()).toEqual(first);
    expect(first.url).not.toBe(second.url);
    expect(new Set([first.token, second.token, await one.token()]).size).toBe(3);
    expect(Buffer.from(first.token, 'base64url')).toHaveLength(32);
    expect(await fleetOver(first.url, first.token)).toBe(2);
    await expect(fleetOver(first.url, await one.token())).rejects.toThrow(/bearer token/);
    // Nor can anybody check a guess of it, or look at figures.
    for (const path of ['/identity?nonce=0123456789012345678901', '/metrics', '/healthz']) {
      expect(await ask(first.url, { method: 'GET', path })).toMatchObject({ status: 404 });
    }
  });

  it('give the fixed port to one of them, which leads agents to it, and to the next when it closes', async () => {
    const [one, two, three] = [open(), open(), open(otherFleet)];
    expect(await one.mcp.openForAgents()).toEqual({ type: 'owned', port, url: `http://127.0.0.1:${port}/mcp` });
    await eventually(async () =>
      expect(await one.endpoint()).toMatchObject({ url: `http://127.0.0.1:${port}/mcp`, token: await one.token() }),
    );
    // These learn of it by themselves.
    await eventually(() => {
      expect(two.mcp.status.agents).toEqual({ type: 'elsewhere', port, url: urlOf(port), isSameFleet: true });
      expect(three.mcp.status.agents).toEqual({ type: 'elsewhere', port, url: urlOf(port), isSameFleet: false });
    });
    const { url, token } = await one.endpoint();
    expect(await fleetOver(url, token)).toBe(2);

    await closeWindow(one);
    const owners = () => [two, three].filter(({ mcp }) => mcp.status.agents.type === 'owned');
    await eventually(() => expect(owners()).toHaveLength(1));
    await eventually(() =>
      expect([two, three].map(({ mcp }) => mcp.status.agents.type).sort()).toEqual(['elsewhere', 'owned']),
    );
    expect(await fleetOver(url, token)).toBe(2);
  });

  it('lead agents to the window that has the port from any other, when the file that does so is gone or damaged', async () => {
    // While the file is gone, a window that looks takes it that no agent is connected any more; these do not look by themselves.
    const [one, two] = [open(services, new ManualClock()), open(services, new ManualClock())];
    await one.mcp.openForAgents();
    const former = await one.endpoint();
    const file = join(folder, 'endpoint.json');
    for (const damage of [() => rm(file), () => writeFile(file, '{'), () => chmod(file, 0o644)]) {
      await damage();
      expect(await two.mcp.openForAgents()).toMatchObject({ type: 'elsewhere' });
      expect(await readEndpoint(file)).toMatchObject({ url: former.url, token: former.token });
    }
    expect(await fleetOver(former.url, former.token)).toBe(2);
  });

  it('say nothing of the fleet of the window that has the port while their own is not known', async () => {
    const [one, two] = [open(), open(otherFleet)];
    await one.mcp.openForAgents();
    two.become({ type: 'starting' });
    expect(await two.mcp.openForAgents()).toMatchObject({ type: 'elsewhere', isSameFleet: undefined });
    two.become({ type: 'running', services: otherFleet });
    await eventually(() => expect(two.mcp.status.agents).toMatchObject({ isSameFleet: false }));
    one.become({ type: 'starting' });
    await eventually(() => expect(two.mcp.status.agents).toMatchObject({ isSameFleet: undefined }));
  });

  it('never have two owners, however many open at once', async () => {
    const all = Array.from({ length: 6 }, () => open());
    await Promise.all(all.map(({ mcp }) => mcp.openForAgents()));
    for (let left = all.length; left > 1; left--) {
      await eventually(() => {
        const types = windows.map(({ mcp }) => mcp.status.agents.type);
        expect(types.filter((type) => type === 'owned')).toHaveLength(1);
        expect(types.filter((type) => type === 'elsewhere')).toHaveLength(left - 1);
      });
      const owner = windows.find(({ mcp }) => mcp.status.agents.type === 'owned');
      await closeWindow(owner as TestWindow);
    }
  });

  it('let a new owner be found while another gives the port up on purpose', async () => {
    const [one, two] = [open(), open()];
    await one.mcp.openForAgents();
    await two.mcp.openForAgents();
    one.become({ type: 'paused' });
    await eventually(() => expect(two.mcp.status.agents.type).toBe('owned'));
    await eventually(() => expect(one.mcp.status).toMatchObject({ availability: 'no-fleet', agents: { type: 'off' } }));
    one.become({ type: 'running', services });
    await eventually(() =>
      expect(one.mcp.status.agents).toEqual({ type: 'elsewhere', port, url: urlOf(port), isSameFleet: true }),
    );
  });

  it('leave the port to a window that can serve its fleet when the settings of another cannot be used', async () => {
    const [one, two] = [open(), open(otherFleet)];
    await one.mcp.openForAgents();
    const { url, token } = await one.endpoint();
    await two.mcp.openForAgents();
    one.become({ type: 'starting' });
    expect(one.mcp.status.agents.type).toBe('owned');
    const reason = 'fleet.json has no miners.';
    one.become({ type: 'failed', reason });
    await eventually(() => expect(two.mcp.status.agents.type).toBe('owned'));
    await eventually(() =>
      expect(one.mcp.status).toMatchObject({ availability: 'available', hasFailed: true, agents: { type: 'off' } }),
    );
    expect(await fleetOver(url, token)).toBe(2);
    await expect(one.mcp.openForAgents()).rejects.toThrow(reason);
    await closeWindow(two);
    expect(one.mcp.status.agents.type).toBe('off');

    one.become({ type: 'running', services });
    await eventually(() => expect(one.mcp.status.agents.type).toBe('owned'));
    expect(await fleetOver(url, token)).toBe(2);
  });

  it.each<readonly [string, (socket: Socket) => void]>([
    ['is silent', () => {}],
    ['talks rubbish', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['hangs up', (socket) => socket.destroy()],
    ['says that it is Fleet Cache', (socket) => impersonate(socket)],
    ['never ends', (socket) => flood(socket)],
  ])('say so when a program on the port %s, and take the port when that ends', async (_, behave) => {
    const heard: string[] = [];
    const occupied = await occupyPort(port, (socket) => {
      socket.on('data', (data) => void heard.push(data.toString()));
      behave(socket);
    });
    cleanUp.push(() => occupied.close());
    const window = open();
    const state = await window.mcp.openForAgents();
    expect(state).toEqual({
      type: 'blocked',
      port,
      problem: `Port ${port} is in use by another program.`,
      reason: `Port ${port} is in use by another program. End it, or choose another port with the setting fleetCache.mcp.port. It may also be the Fleet Cache of another user, or of another VS Code such as Insiders.`,
    });
    // VS Code itself has its server all the same.
    const { url, token } = await window.mcp.openForWindow();
    expect(await fleetOver(url, token)).toBe(2);
    expect(window.log.filter((line) => line.includes('cannot reach this window'))).toHaveLength(1);
    expect(heard.join('')).not.toContain(await window.token());
    await expect(window.endpoint()).rejects.toThrow(/ENOENT/);

    await occupied.close();
    await eventually(() => expect(window.mcp.status.agents.type).toBe('owned'));
    expect(window.log.filter((line) => line.includes('cannot reach this window'))).toHaveLength(1);
  });

  it('go to another port as soon as the settings name it', async () => {
    const occupied = await occupyPort(port, (socket) => socket.destroy());
    cleanUp.push(() => occupied.close());
    const window = open();
    await window.mcp.openForAgents();
    const other = await freePort();
    window.settings = { ...window.settings, port: other };
    window.mcp.followPort();
    await eventually(async () => expect((await window.endpoint()).url).toBe(`http://127.0.0.1:${other}/mcp`));
  });

  it('put agents out whose token is void, and let VS Code stay', async () => {
    const [one, two] = [open(), open()];
    await one.mcp.openForAgents();
    await two.mcp.openForAgents();
    const own = await one.mcp.openForWindow();
    const former = await one.endpoint();
    const agent = await connectOverHttp(former.url, {}, former.token);
    const vscode = await connectOverHttp(own.url, {}, own.token);
    await two.rotate();
    await eventually(async () => expect((await one.endpoint()).token).not.toBe(former.token));
    await expect(agent.client.listTools()).rejects.toThrow(/bearer token/);
    expect((await vscode.client.listTools()).tools).not.toEqual([]);
    const present = await one.endpoint();
    expect(present.token).toBe(await two.token());
    expect(await fleetOver(present.url, present.token)).toBe(2);
    await expect(fleetOver(former.url, former.token)).rejects.toThrow(/bearer token/);
    await eventually(() => expect(two.mcp.status.agents.type).toBe('elsewhere'));
    expect(two.log.filter((line) => line.includes('another program'))).toEqual([]);
    await Promise.all([agent.client.close(), vscode.client.close()]);
  });

  it('have clients begin anew when the services are replaced, and tell who comes in between why there are none', async () => {
    const window = open();
    const { url, token } = await window.mcp.openForWindow();
    await window.mcp.openForAgents();
    const outside = await window.endpoint();
    const clients = [await connectOverHttp(url, {}, token), await connectOverHttp(outside.url, {}, outside.token)];
    expect(window.mcp.status).toMatchObject({ own: { clients: 1 }, agentClients: 1 });

    window.become({ type: 'starting' });
    await expect(connectOverHttp(url, {}, token)).rejects.toThrow(/still starting/);
    for (const { client } of clients) {
      expect((await client.listTools()).tools).not.toEqual([]);
    }
    window.become({ type: 'running', services: otherFleet });
    for (const { client } of clients) {
      await eventually(() => expect(client.listTools()).rejects.toThrow(/Initialize anew/));
      await client.close();
    }
    expect(await fleetOver(url, token)).toBe(2);
    expect(window.mcp.status).toMatchObject({ own: { url }, agents: { type: 'owned' } });
  });

  it('have clients begin anew when a person restarts them', async () => {
    const window = open();
    const { url, token } = await window.mcp.openForWindow();
    await window.mcp.openForAgents();
    const outside = await window.endpoint();
    const clients = [await connectOverHttp(url, {}, token), await connectOverHttp(outside.url, {}, outside.token)];
    await window.mcp.restart();
    for (const { client } of clients) {
      await expect(client.listTools()).rejects.toThrow(/Initialize anew/);
      await client.close();
    }
    expect(window.mcp.status.agents).toEqual({ type: 'owned', port, url: outside.url });
    expect(await fleetOver(url, token)).toBe(2);
    expect(await fleetOver(outside.url, outside.token)).toBe(2);
  });

  it('are not there in a workspace that is not trusted, nor when they are turned off', async () => {
    const window = open();
    const { url, token } = await window.mcp.openForWindow();
    await window.mcp.openForAgents();
    window.settings = { ...window.settings, isEnabled: false };
    window.mcp.follow();
    await eventually(() => expect(window.mcp.status).toMatchObject({ own: undefined, agents: { type: 'off' } }));
    await expect(fleetOver(url, token)).rejects.toThrow();
    await expect(window.mcp.openForWindow()).rejects.toThrow(/turned off by the setting fleetCache\.mcp\.enabled/);

    const untrusted = open();
    untrusted.isTrusted = false;
    untrusted.mcp.follow();
    await expect(untrusted.mcp.openForWindow()).rejects.toThrow(/not trusted/);
    await expect(untrusted.mcp.openForAgents()).rejects.toThrow(/not trusted/);
    expect(untrusted.mcp.status).toMatchObject({ availability: 'untrusted', own: undefined, agents: { type: 'off' } });
  });

  it('ask the person one question of each agent, and tell an agent why when nobody is asked', async () => {
    const window = open();
    const { url, token } = await window.mcp.openForWindow();
    const [one, two] = [await connectOverHttp(url, {}, token), await connectOverHttp(url, {}, token)];
    const plan = ({ client }: typeof one) =>
      toolResult<{ plan_id: string }>(client, 'plan_cache_change', { whole_fleet: true });
    const invalidate = async (agent: typeof one) =>
      toolResult(agent.client, 'invalidate_cache', { plan_id: (await plan(agent)).plan_id });
    const refusals: string[] = [];
    const flood = Array.from({ length: 10 }, () =>
      invalidate(one).catch((error: Error) => void refusals.push(error.message)),
    );
    await eventually(() => expect(refusals).toHaveLength(9));
    expect(new Set(refusals)).toEqual(
      new Set([
        'The person has not answered this agent’s former question yet. Nothing was done; ask one thing after the other.',
      ]),
    );
    const other = invalidate(two);
    window.dialogs[0]?.answer(true);
    expect((await Promise.all(flood)).filter((result) => result !== undefined)).toMatchObject([{ agreedIn: 'window' }]);
    await eventually(() => expect(window.dialogs).toHaveLength(2));
    window.dialogs[1]?.answer(false);
    await expect(other).rejects.toThrow('The person did not agree');
    await expect(invalidate(two)).rejects.toThrow(/The person has just refused something, and is asked nothing for/);
    expect(window.dialogs).toHaveLength(2);
    await Promise.all([one.client.close(), two.client.close()]);
  });

  it('listen for agents in no window any more once a person has disconnected them, until one is connected again', async () => {
    const [one, two, three] = [open(), open(), open()];
    await one.mcp.openForAgents();
    const types = () => windows.map(({ mcp }) => mcp.status.agents.type);
    await eventually(() => expect(types()).toEqual(['owned', 'elsewhere', 'elsewhere']));
    await two.mcp.closeForAgents();
    await eventually(() => expect(types()).toEqual(['off', 'off', 'off']));
    await rest();
    expect(types()).toEqual(['off', 'off', 'off']);
    await expect(one.endpoint()).rejects.toThrow(/ENOENT/);
    expect(await holderOf(one)).toEqual({ type: 'nobody' });

    await three.mcp.openForAgents();
    await eventually(() => expect(types()).toEqual(['elsewhere', 'elsewhere', 'owned']));
    const { url, token } = await three.endpoint();
    expect(await fleetOver(url, token)).toBe(2);
  });

  it('listen or not as the last of several changes in a row says', async () => {
    const window = open();
    await window.mcp.openForAgents();
    const { url, token } = await window.endpoint();
    const set = (isEnabled: boolean) => {
      window.settings = { ...window.settings, isEnabled };
      window.mcp.follow();
    };
    set(false);
    set(true);
    await rest();
    await eventually(() => expect(window.mcp.status.agents.type).toBe('owned'));
    expect(await fleetOver(url, token)).toBe(2);

    // Turned off while the port is tried anew.
    const restarting = window.mcp.restart();
    set(false);
    await restarting;
    await rest();
    await eventually(() => expect(window.mcp.status.agents.type).toBe('off'));
    expect(await holderOf(window)).toEqual({ type: 'nobody' });

    // Turned off while a look at the file is under way.
    set(true);
    set(false);
    await rest();
    await eventually(async () => expect(await holderOf(window)).toEqual({ type: 'nobody' }));

    set(true);
    await eventually(() => expect(window.mcp.status.agents.type).toBe('owned'));
  });

  it('listen nowhere once they are closed, whatever is under way', async () => {
    const first = open();
    await first.mcp.openForAgents();
    await closeWindow(first);
    const holder = async () => whoListens(port, 'x'.repeat(43), AbortSignal.timeout(10_000));
    await eventually(async () => expect(await holder()).toEqual({ type: 'nobody' }));
    // Each has begun to look whether an agent was connected.
    const opening = open();
    await closeWindow(opening);
    const restarting = open();
    await eventually(() => expect(restarting.mcp.status.agents.type).toBe('owned'));
    const restarted = restarting.mcp.restart();
    await closeWindow(restarting);
    await restarted;
    await rest();
    await eventually(async () => expect(await holder()).toEqual({ type: 'nobody' }));
    await expect(opening.mcp.openForWindow()).rejects.toThrow();
    expect(opening.mcp.status.own).toBeUndefined();
  });

  it('let agents tell miners something only when the setting says so', async () => {
    const window = open();
    const { url, token } = await window.mcp.openForWindow();
    const tools = async () => {
      const { client } = await connectOverHttp(url, {}, token);
      const names = (await client.listTools()).tools.map(({ name }) => name);
      return { client, names };
    };
    const before = await tools();
    expect(before.names).toContain('warm_cache');
    expect(before.names).not.toContain('control_miner');
    window.settings = { ...window.settings, allowMinerControl: true };
    window.mcp.follow();
    await eventually(() => expect(before.client.listTools()).rejects.toThrow(/Initialize anew/));
    const after = await tools();
    expect(after.names).toContain('control_miner');
    await Promise.all([before.client.close(), after.client.close()]);
  });
});

/** Knows what an answer looks like, but not the token. */
function impersonate(socket: Socket): void {
  const body = JSON.stringify({ name: 'fleet-cache', version: '9.9.9', fleet: 'x', proof: 'A'.repeat(43) });
  socket.once('data', () => {
    socket.end(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
}

function flood(socket: Socket): void {
  const more = () => {
    while (!socket.destroyed && socket.write('x'.repeat(65_536))) {
      // On and on.
    }
  };
  socket.on('drain', more);
  more();
}
