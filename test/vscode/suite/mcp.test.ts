import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, eventually, running } from './support';

const SERVER = 'fleet-cache.fleet-cache/Fleet Cache';
const READ_TOOLS = ['get_fleet_overview', 'query_miners', 'get_miner', 'get_cache_health', 'explain_staleness'];

/** Tools as VS Code names them for its agents, by the names that the server gives them. */
function toolNames(): string[] {
  return vscode.lm.tools.map(({ name }) => name).filter((name) => /^mcp_fleet_cache_/i.test(name));
}

async function overview(): Promise<string> {
  const name = toolNames().find((each) => each.endsWith('get_fleet_overview'));
  assert.ok(name);
  const result = await vscode.lm.invokeTool(name, { input: {}, toolInvocationToken: undefined });
  return result.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

describe('the MCP server in VS Code', () => {
  before(async () => {
    await running(await activated());
    await vscode.commands.executeCommand('workbench.mcp.startServer', SERVER, { waitForLiveTools: true });
  });

  it('is started, and gives VS Code its tools', async () => {
    await eventually(() => {
      const names = vscode.lm.tools.map(({ name }) => name);
      for (const tool of READ_TOOLS) {
        assert.ok(
          toolNames().some((name) => name.endsWith(tool)),
          `${tool} among ${names.join(', ')}`,
        );
      }
    });
  });

  it('answers with what the window shows', async () => {
    assert.match(await overview(), /"miners":\s*20/);
  });

  it('goes on when the window has connected anew', async () => {
    const { session } = await activated();
    const before = session.services;
    await session.restart();
    assert.notEqual(session.services, before);
    await eventually(async () => assert.match(await overview(), /"miners":\s*20/));
  });
});
