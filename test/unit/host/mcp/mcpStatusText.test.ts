import { describe, expect, it } from 'vitest';
import type { McpStatus } from '../../../../src/host/mcp/mcpStatus';
import { adviceOnAgents, describeAgents, describeOwn, mcpLine, whyNoMcp } from '../../../../src/host/mcp/mcpStatusText';

const PORT = 17_817;
const QUIET: McpStatus = {
  availability: 'available',
  hasFailed: false,
  own: undefined,
  agents: { type: 'off' },
  agentClients: 0,
};
const OWN = { url: 'http://127.0.0.1:40123/mcp', clients: 1 };

describe('the status of MCP in words', () => {
  it('says nothing where nobody has anything to do with it', () => {
    expect(mcpLine(QUIET)).toBeUndefined();
    expect(describeOwn(QUIET)).toBe('not started; VS Code starts it when an agent asks');
    expect(describeAgents(QUIET)).toBe('none connected yet');
    expect(describeAgents({ ...QUIET, hasFailed: true })).toBe(
      'not served: the fleet of this window could not be started',
    );
  });

  it.each([
    ['disabled', 'turned off by the setting fleetCache.mcp.enabled'],
    ['untrusted', 'not in a workspace that is not trusted'],
    ['no-fleet', 'there is no fleet to serve'],
  ] as const)('says why there is none: %s', (availability, why) => {
    expect(whyNoMcp({ availability })).toBe(why);
    expect(mcpLine({ ...QUIET, availability, own: OWN })).toBeUndefined();
  });

  it('counts who uses it, here and outside', () => {
    const agents = { type: 'owned', port: PORT, url: `http://127.0.0.1:${PORT}/mcp` } as const;
    expect(mcpLine({ ...QUIET, own: OWN, agents, agentClients: 2 })).toBe(
      'MCP: VS Code 1 client on port 40123; agents outside: 2 clients on port 17817',
    );
  });

  it.each([
    [true, 'another window serves them on port 17817'],
    [undefined, 'another window serves them on port 17817'],
    [false, 'another window, of another fleet, serves them on port 17817'],
  ])('tells which window serves agents, of the same fleet: %s', (isSameFleet, text) => {
    const agents: McpStatus['agents'] = {
      type: 'elsewhere',
      port: PORT,
      url: `http://127.0.0.1:${PORT}/mcp`,
      isSameFleet,
    };
    const status: McpStatus = { ...QUIET, agents };
    expect(describeAgents(status)).toBe(text);
    expect(adviceOnAgents(status)).toBe('This window takes the port over when that one closes.');
  });

  it('tells what keeps agents out, and what to do', () => {
    const problem = 'Port 17817 is in use by another program.';
    const advice = 'End it.';
    const taken: McpStatus = {
      ...QUIET,
      agents: { type: 'blocked', port: PORT, problem, reason: `${problem} ${advice}` },
    };
    expect(mcpLine(taken)).toBe('MCP: agents outside: not served: port 17817 is in use by another program');
    expect(adviceOnAgents(taken)).toBe(advice);
    const failed: McpStatus = { ...QUIET, agents: { type: 'blocked', port: PORT, problem, reason: problem } };
    expect(adviceOnAgents(failed)).toBe('It is tried again every few seconds.');
  });
});
