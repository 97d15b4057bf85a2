import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SecretStorage } from 'vscode';
import { type Logger, silentLogger } from '../../../../src/base/logger';
import { AgentAccess } from '../../../../src/host/mcp/agentAccess';
import { eventually } from '../../../fixtures/eventually';
import { memorySecrets } from '../../../fixtures/memorySecrets';

const FILES = ['endpoint.json', 'machine-id'];
const URL_OF_LISTENER = 'http://127.0.0.1:17817/mcp';

describe('what agents need', () => {
  let directory: string;
  let folder: string;
  let secrets: ReturnType<typeof memorySecrets>;
  let log: string[];
  const windows: AgentAccess[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fleet-cache-agents-'));
    folder = join(directory, 'storage', 'mcp');
    secrets = memorySecrets();
    log = [];
  });

  afterEach(async () => {
    for (const window of windows.splice(0)) {
      const token = await window.token();
      window.dispose();
      expect(log.join('\n')).not.toContain(token);
    }
    await rm(directory, { recursive: true, force: true });
  });

  function open(): AgentAccess {
    const write = (message: string) => void log.push(message);
    const logger: Logger = { debug: write, info: write, warn: write, error: write };
    const window = new AgentAccess(secrets.storage, folder, logger);
    windows.push(window);
    return window;
  }

  const file = () => join(folder, 'endpoint.json');
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
  const published = async () => JSON.parse(await readFile(file(), 'utf8'));

  it('is a token of 256 bits, made once, and the same in every window', async () => {
    const [one, two] = [open(), open()];
    const token = await one.token();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(await one.token()).toBe(token);
    expect(await two.token()).toBe(token);
    expect(await open().token()).toBe(token);
  });

  it('is the one that agents have already, where a person comes from another machine or browser', async () => {
    const here = open();
    await here.publish(URL_OF_LISTENER);
    const read = async (path: string) => JSON.parse(await readFile(path, 'utf8')).token;
    const elsewhere = new AgentAccess(memorySecrets().storage, folder, silentLogger, read);
    windows.push(elsewhere);
    expect(await elsewhere.token()).toBe(await here.token());
    // One that cannot be trusted is none.
    const wary = new AgentAccess(memorySecrets().storage, folder, silentLogger, async () => undefined);
    windows.push(wary);
    expect(await wary.token()).not.toBe(await here.token());
  });

  it('is another token on each machine that a person works on, though all their secrets are in one place', async () => {
    const laptop = open();
    const server = new AgentAccess(secrets.storage, join(directory, 'server', 'mcp'), silentLogger);
    windows.push(server);
    const [ofLaptop, ofServer] = [await laptop.token(), await server.token()];
    expect(ofServer).not.toBe(ofLaptop);
    await server.publish(URL_OF_LISTENER);
    expect(await readFile(join(server.folder, 'endpoint.json'), 'utf8')).not.toContain(ofLaptop);
    const told: string[] = [];
    laptop.onDidChangeToken((token) => told.push(token));
    await server.rotate();
    expect(await server.token()).not.toBe(ofServer);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toEqual([]);
    expect(await open().token()).toBe(ofLaptop);
  });

  it('goes on when the file that tells machines apart is damaged', async () => {
    const token = await open().token();
    await writeFile(join(folder, 'machine-id'), '');
    const window = open();
    expect(await window.token()).not.toBe(token);
    expect(await open().token()).toBe(await window.token());
    expect(await readdir(folder)).toEqual(['machine-id']);
  });

  it('is one token even if two windows make it at the same time', async () => {
    const [one, two] = [open(), open()];
    await Promise.all([one.token(), two.token(), one.token()]);
    await eventually(async () => expect(await one.token()).toBe(await two.token()));
    expect(await open().token()).toBe(await one.token());
  });

  it('is another token in every window after a rotation, and each is told once', async () => {
    const [one, two, sleeping] = [open(), open(), open()];
    const before = await one.token();
    await two.token();
    const told: string[][] = [[], [], []];
    [one, two, sleeping].forEach((window, index) => {
      window.onDidChangeToken((token) => told[index]?.push(token));
    });
    await one.rotate();
    const after = await one.token();
    expect(after).not.toBe(before);
    await eventually(async () => expect(await two.token()).toBe(after));
    expect(await sleeping.token()).toBe(after);
    // One that never had the former token needs nothing.
    expect(told).toEqual([[after], [after], []]);
  });

  it('is in a file that nobody else may look into, whatever there was before', async () => {
    const window = open();
    await window.publish(URL_OF_LISTENER);
    expect(await published()).toEqual({ version: 1, url: URL_OF_LISTENER, token: await window.token() });
    expect(await modeOf(file())).toBe('600');
    expect(await modeOf(folder)).toBe('700');
    await chmod(folder, 0o777);
    await chmod(file(), 0o666);
    await window.rotate();
    await window.publish('http://127.0.0.1:5/mcp');
    expect(await published()).toEqual({ version: 1, url: 'http://127.0.0.1:5/mcp', token: await window.token() });
    expect(await modeOf(file())).toBe('600');
    expect(await modeOf(folder)).toBe('700');
    expect(await readdir(folder)).toEqual(FILES);
  });

  it('is never half a file, however often it is written', async () => {
    const [one, two] = [open(), open()];
    await one.publish(URL_OF_LISTENER);
    const writing = Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : two).publish(URL_OF_LISTENER)),
    );
    let hasEnded = false;
    const reading = (async () => {
      while (!hasEnded) {
        expect(await published()).toMatchObject({ version: 1, url: URL_OF_LISTENER });
      }
    })();
    await writing;
    hasEnded = true;
    await reading;
    expect(await readdir(folder)).toEqual(FILES);
  });

  it('is in the file as it holds at last, also when a file with the former one takes long to write', async () => {
    const window = open();
    await window.token();
    const slow = window.publish(`${URL_OF_LISTENER}?${'x'.repeat(50_000_000)}`);
    await window.rotate();
    await Promise.all([slow, window.publish(URL_OF_LISTENER)]);
    expect(await published()).toEqual({ version: 1, url: URL_OF_LISTENER, token: await window.token() });
  });

  it('says which file cannot be written, and leaves nothing behind', async () => {
    await mkdir(join(file(), 'in the way'), { recursive: true });
    await expect(open().publish(URL_OF_LISTENER)).rejects.toThrow(`${file()} cannot be written: `);
    expect(await readdir(folder)).toEqual(FILES);
    await expect(open().withdraw()).rejects.toThrow(`${file()} cannot be deleted: `);
    await rm(folder, { recursive: true });
    await writeFile(folder, 'no folder');
    await expect(open().publish(URL_OF_LISTENER)).rejects.toThrow('check the folder');
    await rm(folder);
  });

  it('is waited for a while only where a locked key ring stores nothing', async () => {
    try {
      let told = () => {};
      const isAsked = new Promise<void>((resolve) => {
        told = resolve;
      });
      const store = () => {
        vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
        told();
        return new Promise<void>(() => {});
      };
      const window = new AgentAccess({ ...secrets.storage, store } as SecretStorage, folder, silentLogger);
      const failed = expect(window.token()).rejects.toThrow(/secret storage does not answer\. Unlock your key ring/);
      await isAsked;
      await vi.advanceTimersByTimeAsync(10_000);
      await failed;
      window.dispose();
    } finally {
      vi.useRealTimers();
    }
  });

  it('follows nothing any more when the window has gone', () => {
    open().dispose();
    expect(secrets.listeners.size).toBe(0);
  });
});
