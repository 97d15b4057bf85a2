import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, eventually, running } from './support';

const SERVER = 'fleet-cache.fleet-cache/Fleet Cache';
const READ_TOOLS = ['get_fleet_overview', 'query_miners', 'get_miner', 'get_cache_health', 'explain_staleness'];

/** Tools as VS Code names them for its agents, by the names that the server gives them. */
function toolNames(): string[] {
  return vscode.lm.tools.map(({ name }) => name).filter((name) => /^mcp_fleet_cache_/i.test(name));
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
    const name = toolNames().find((each) => each.endsWith('get_fleet_overview'));
    assert.ok(name);
    const result = await vscode.lm.invokeTool(name, { input: {}, toolInvocationToken: undefined });
    const text = result.content
      .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''))
      .join('');
    assert.match(text, /"miners":\s*20/);
  });
});
