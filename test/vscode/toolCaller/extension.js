// An agent in VS Code, as far as the MCP server can tell: calls its tools through VS Code's own client.
const { writeFileSync } = require('node:fs');
const vscode = require('vscode');

function activate({ subscriptions }) {
  subscriptions.push(
    vscode.commands.registerCommand('toolCaller.invalidate', async () => {
      const answer = await invalidateFleet().catch((error) => `failed: ${error.message}`);
      writeFileSync(process.env.FLEET_CACHE_TEST_ANSWER, answer);
    }),
  );
}

async function invalidateFleet() {
  const plan = JSON.parse(await call('plan_cache_change', { whole_fleet: true }));
  return call('invalidate_cache', { plan_id: plan.plan_id });
}

async function call(name, input) {
  const tool = vscode.lm.tools.find((each) => each.name.endsWith(`_${name}`));
  const { content } = await vscode.lm.invokeTool(tool.name, { input, toolInvocationToken: undefined });
  return content.map(({ value }) => value).join('');
}

module.exports = { activate };
