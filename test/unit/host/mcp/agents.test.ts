import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGENT_WAYS, type AgentWay, type ConnectionFacts, guideText } from '../../../../src/host/mcp/agents';

const TOKEN = 'the-token';

const FACTS: ConnectionFacts = {
  runner: { command: '/opt/node/bin/node', shellCommand: 'node', environment: {}, isPassing: false },
  bridgePath: '/home/kim/.config/Code/User/globalStorage/fleet-cache.fleet-cache/mcp/bridge.js',
  url: 'http://127.0.0.1:17817/mcp',
  isRemote: false,
  platform: 'linux',
};

const OF_VSCODE: ConnectionFacts['runner'] = {
  command: '/Applications/Visual Studio Code.app/Contents/MacOS/Code',
  shellCommand: '/Applications/Visual Studio Code.app/Contents/MacOS/Code',
  environment: { ELECTRON_RUN_AS_NODE: '1' },
  isPassing: false,
};

function way(id: string): AgentWay {
  return AGENT_WAYS.find((each) => each.id === id) ?? expect.fail(`There is no ${id}.`);
}

const textOf = (id: string, facts: Partial<ConnectionFacts> = {}) => way(id).text({ ...FACTS, ...facts }, TOKEN);

describe('what connects an agent', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fleet-cache-agents-'));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is a line for Claude Code', () => {
    expect(textOf('claude-code')).toBe(`claude mcp add --scope user fleet-cache -- node ${FACTS.bridgePath}`);
    expect(textOf('claude-code', { runner: OF_VSCODE, platform: 'darwin', bridgePath: "/Users/o'kim/b.js" })).toBe(
      String.raw`claude mcp add --env ELECTRON_RUN_AS_NODE=1 --scope user fleet-cache -- '/Applications/Visual Studio Code.app/Contents/MacOS/Code' '/Users/o'\''kim/b.js'`,
    );
    expect(textOf('claude-code', { platform: 'win32', bridgePath: 'C:\\Users\\Kim Lee\\mcp\\bridge.js' })).toBe(
      'claude mcp add --scope user fleet-cache -- node "C:\\Users\\Kim Lee\\mcp\\bridge.js"',
    );
  });

  it.each([
    "/home/o'kim/it's.js",
    '/home/$HOME/`id`/b.js',
    '/home/two words/"x".js',
    '/home/a;b&c|d/#.js',
    '/home/~x/*.js',
  ])('is read by a shell as it is meant: %s', async (bridgePath) => {
    await mkdir(join(directory, 'bin'));
    const script = `#!/bin/sh\nfor word in "$@"; do printf '%s\\n' "$word"; done\n`;
    await writeFile(join(directory, 'bin', 'claude'), script, { mode: 0o755 });
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', textOf('claude-code', { bridgePath })], {
      env: { PATH: join(directory, 'bin') },
    });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'mcp',
      'add',
      '--scope',
      'user',
      'fleet-cache',
      '--',
      'node',
      bridgePath,
    ]);
  });

  it.each(['claude-desktop', 'cursor', 'other-stdio'])('is JSON for %s', (id) => {
    const server = (facts: Partial<ConnectionFacts>) => JSON.parse(textOf(id, facts)).mcpServers['fleet-cache'];
    expect(server({})).toEqual({ command: '/opt/node/bin/node', args: [FACTS.bridgePath] });
    expect(server({ runner: OF_VSCODE })).toEqual({
      command: OF_VSCODE.command,
      args: [FACTS.bridgePath],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    expect(server({ bridgePath: 'C:\\Users\\Kim "K" Lee\\bridge.js' }).args).toEqual([
      'C:\\Users\\Kim "K" Lee\\bridge.js',
    ]);
  });

  it('is the URL and the token over HTTP', () => {
    expect(textOf('claude-code-http')).toBe(
      'claude mcp add --transport http --header "Authorization: Bearer the-token" --scope user fleet-cache http://127.0.0.1:17817/mcp',
    );
    expect(JSON.parse(textOf('other-http'))).toEqual({
      mcpServers: {
        'fleet-cache': {
          type: 'http',
          url: 'http://127.0.0.1:17817/mcp',
          headers: { Authorization: 'Bearer the-token' },
        },
      },
    });
  });

  it.each(AGENT_WAYS)('holds the token only where it says so: $id', (each) => {
    expect(each.text(FACTS, TOKEN).includes(TOKEN)).toBe(each.holdsToken);
  });

  it.each(AGENT_WAYS)('is shown with where it belongs, and without a token: $id', (each) => {
    const guide = guideText(each, FACTS);
    expect(guide).toContain(`# Connect ${each.label} to Fleet Cache`);
    expect(guide).toContain(each.where(FACTS));
    for (const line of each.text(FACTS, '…').split('\n')) {
      expect(guide).toContain(`    ${line}\n`);
    }
    expect(guide).not.toContain(TOKEN);
    expect(guide).not.toContain('Install Node.js');
    expect(guide).not.toContain('the machine that this window works on');
  });

  it('is said to work where the window works, and how long', () => {
    const guide = (id: string) =>
      guideText(way(id), { ...FACTS, isRemote: true, runner: { ...OF_VSCODE, isPassing: true } });
    expect(guide('cursor')).toContain('the agent has to run there');
    expect(guide('cursor')).toContain('Install Node.js');
    expect(guide('other-http')).not.toContain('Install Node.js');
  });

  it.each(AGENT_WAYS)('is said to give the token to whatever has the port only where it does: $id', (each) => {
    expect(guideText(each, FACTS).includes('any program of this machine that takes the port gets it')).toBe(
      each.holdsToken,
    );
  });

  it.each([
    ['darwin', '~/Library/Application Support/Claude/'],
    ['win32', '%APPDATA%\\Claude\\'],
    ['linux', '~/.config/Claude/'],
    ['freebsd', '~/.config/Claude/'],
  ] as const)('is put where Claude Desktop looks on %s', (platform, folder) => {
    expect(way('claude-desktop').where({ ...FACTS, platform })).toContain(`${folder}claude_desktop_config.json`);
  });
});
