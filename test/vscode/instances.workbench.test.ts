import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../scripts/checkout';
import { eventually } from '../fixtures/eventually';
import { ConnectionsWindow } from './harness/connectionsWindow';

/** An instance that took no leave is forgotten after a minute. */
const FORGETTING_MS = 100_000;

describe('the Instances view', () => {
  let window: ConnectionsWindow;
  const servers: ChildProcess[] = [];

  beforeAll(async () => {
    window = await ConnectionsWindow.open(194);
  });

  afterAll(async () => {
    await Promise.all(servers.map(kill));
    await window?.close();
  });

  /** The standalone server of this checkout, on the window's Redis and miners. It runs until its input ends. */
  function startServer(): ChildProcess {
    const { redis, inventory, environment } = window.fleet;
    const script = join(CHECKOUT, 'dist', 'server.js');
    const args = [script, '--stdio', '--watch', '--inventory', inventory, '--redis', redis.url];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    servers.push(child);
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  }

  async function rows() {
    const all = await window.workbench.treeView('Instances').rows();
    return all.map(({ label, description, icon }) => ({ what: label.replace(/ on .*/, ''), description, icon }));
  }

  it('shows a server that died as dead, and later not any more', async () => {
    const [dying, leaving] = [startServer(), startServer()];
    await window.soon(async () => {
      const shown = await rows();
      expect(shown.map(({ what, icon }) => `${what} ${icon}`).sort()).toEqual([
        'Server server-process',
        'Server server-process',
        'This window window',
      ]);
      // They share the miners.
      const watched = shown.map(({ description }) => Number(/watches (\d+)/.exec(description)?.[1]));
      expect(watched.reduce((total, count) => total + count, 0)).toBe(4);
    });
    leaving.stdin?.end();
    await window.soon(async () => expect(await rows()).toHaveLength(2));
    await kill(dying);
    await window.soon(async () => {
      const dead = (await rows()).find(({ what }) => what === 'Server');
      expect(dead?.description).toMatch(/^silent, taken for dead/);
      expect(dead?.icon).toBe('circle-slash');
      // What it watched, the window watches.
      const alive = (await rows()).find(({ what }) => what === 'This window');
      expect(alive?.description).toContain('watches 4');
    });
    await window.picture('instances');
    await eventually(
      async () => expect((await rows()).map(({ what }) => what)).toEqual(['This window']),
      FORGETTING_MS,
    );
  }, 240_000);
});
