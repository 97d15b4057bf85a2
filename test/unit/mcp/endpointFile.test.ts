import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ENDPOINT_FILE, endpointText } from '../../../src/base/agentEndpoint';
import { ConfigurationError } from '../../../src/base/errors';
import { readEndpoint } from '../../../src/mcp/bridge/endpointFile';

const TOKEN = 'A'.repeat(43);
const URL_OF_LISTENER = 'http://127.0.0.1:17817/mcp';

const content = (url = URL_OF_LISTENER) => endpointText({ url, token: TOKEN });

describe('the file that leads agents to the server', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fleet-cache-endpoint-'));
    path = join(folder, ENDPOINT_FILE);
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(text: string, mode = 0o600): Promise<void> {
    await writeFile(path, text);
    await chmod(path, mode);
  }

  it.each([
    [URL_OF_LISTENER, '127.0.0.1', 17_817],
    ['http://[::1]:1/mcp', '::1', 1],
  ])('says with %s where the server is', async (url, host, port) => {
    await write(content(url));
    expect(await readEndpoint(path)).toEqual({ url, token: TOKEN, address: { host, port } });
  });

  it('may not be there yet, which is no fault of anybody', async () => {
    const failure = await readEndpoint(path).catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringContaining('“Fleet Cache: Connect an Agent…”') });
    expect(failure).not.toBeInstanceOf(ConfigurationError);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['others can read', () => write(content(), 0o640), 'Others than you can read or write'],
    ['anybody can read', () => write(content(), 0o604), 'Others than you can read or write'],
    ['others can write', () => write(content(), 0o602), 'Others than you can read or write'],
    [
      'is in a folder that others can write to',
      async () => {
        await write(content());
        await chmod(folder, 0o777);
      },
      'Others than you can put files into',
    ],
    [
      'is a link',
      async () => {
        await write(content());
        await rename(path, `${path}.real`);
        await symlink(`${path}.real`, path);
      },
      'cannot be read',
    ],
    ['is a folder', () => mkdir(path, { mode: 0o700 }), 'is no file'],
    ['is a pipe', () => promisify(execFile)('mkfifo', ['-m', '600', path]), 'is no file'],
    ['is empty', () => write(''), 'is not what Fleet Cache writes'],
    ['is no JSON', () => write(`{"token":"${TOKEN}`), 'is not what Fleet Cache writes'],
    ['is huge', () => write(`${content()}${' '.repeat(1_000_000)}`), 'is not what Fleet Cache writes'],
    ['has no token', () => write(JSON.stringify({ version: 1, url: URL_OF_LISTENER })), 'is not what Fleet Cache'],
    [
      'has a token that breaks a header',
      () => write(JSON.stringify({ version: 1, url: URL_OF_LISTENER, token: `${'A'.repeat(41)}\r\n` })),
      'is not what Fleet Cache writes',
    ],
    ['is of a later form', () => write(content().replace('1', '2')), 'another version'],
    ...[
      'http://example.org/mcp',
      'http://192.0.2.1:17817/mcp',
      'https://127.0.0.1:17817/mcp',
      'http://localhost:17817/mcp',
      'http://127.0.0.1.example.org:17817/mcp',
      'http://127.0.0.1:17817@example.org/mcp',
      'http://user:pass@127.0.0.1:17817/mcp',
      'http://127.0.0.1:0/mcp',
      'http://127.0.0.1:99999/mcp',
      'http://127.0.0.1:17817/mcp/../x',
      'http://127.0.0.1:17817/mcp\n',
      'file:///etc/passwd',
      ' http://127.0.0.1:17817/mcp',
    ].map((url): [string, () => Promise<unknown>, string] => [
      `leads to ${JSON.stringify(url)}`,
      () => write(content(url)),
      'leads to no address of this machine',
    ]),
  ])('is not followed when it %s, and its token is told to nobody', async (_, prepare, message) => {
    await prepare();
    const failure = await readEndpoint(path).then(
      () => expect.fail('It was followed.'),
      (error: Error) => error,
    );
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect(failure.message).toContain(message);
    expect(failure.message).toContain(folder);
    expect(failure.message).not.toContain('AAAA');
  });
});
