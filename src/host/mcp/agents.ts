import type { BridgeRunner } from './bridgeRunner';

/** What an agent outside of VS Code is connected with. */
export interface ConnectionFacts {
  readonly runner: BridgeRunner;
  readonly bridgePath: string;
  readonly url: string;
  /** Whether the window works on another machine than the one that the person sits at. */
  readonly isRemote: boolean;
  readonly platform: NodeJS.Platform;
}

/** A way to connect an agent. */
export interface AgentWay {
  readonly id: string;
  /** The agent's name. */
  readonly label: string;
  readonly description: string;
  /** Whether what is given to it holds the token. */
  readonly holdsToken: boolean;
  /** What is given to it. @param token as it is to be shown. */
  text(facts: ConnectionFacts, token: string): string;
  /** Where that belongs: a whole sentence. */
  where(facts: ConnectionFacts): string;
  /** More to know, each a sentence or two. */
  readonly hints: readonly string[];
}

/** What the server is called in the agents' own settings. */
const NAME = 'fleet-cache';
const JSON_INDENT = 2;
const MERGE = 'If the file has an “mcpServers” already, put “fleet-cache” beside what is in it.';
const IN_A_TERMINAL = 'Run this line in a terminal.';
const REMOVE_FIRST = `Connected before? Run “claude mcp remove --scope user ${NAME}” first.`;

export const AGENT_WAYS: readonly AgentWay[] = [
  {
    id: 'claude-code',
    label: 'Claude Code',
    description: 'A line for a terminal',
    holdsToken: false,
    text: (facts) => {
      const { runner, bridgePath, platform } = facts;
      // An option that takes several values would take the name, too; another option ends it.
      const environment = Object.entries(runner.environment).map(([key, value]) => `--env ${key}=${value} `);
      const command = [runner.shellCommand, bridgePath].map((part) => shellWord(part, platform)).join(' ');
      return `claude mcp add ${environment.join('')}--scope user ${NAME} -- ${command}`;
    },
    where: () => IN_A_TERMINAL,
    hints: [REMOVE_FIRST, '“claude mcp list” shows whether it is connected.'],
  },
  {
    id: 'claude-desktop',
    label: 'Claude Desktop',
    description: 'JSON for its configuration',
    holdsToken: false,
    text: stdioJson,
    where: ({ platform }) =>
      `Put this into ${CLAUDE_DESKTOP_FILES[platform] ?? CLAUDE_DESKTOP_FILES.linux} (Settings, Developer, Edit Config), and restart Claude Desktop.`,
    hints: [MERGE],
  },
  {
    id: 'cursor',
    label: 'Cursor',
    description: 'JSON for its configuration',
    holdsToken: false,
    text: stdioJson,
    where: () => 'Put this into ~/.cursor/mcp.json.',
    hints: [MERGE],
  },
  {
    id: 'other-stdio',
    label: 'Other Agent',
    description: 'JSON as most agents take it, over stdio',
    holdsToken: false,
    text: stdioJson,
    where: () => 'Put this where the agent keeps its MCP servers: a command, its arguments and its environment.',
    hints: [],
  },
  {
    id: 'claude-code-http',
    label: 'Claude Code over HTTP',
    description: 'A line for a terminal, with the token',
    holdsToken: true,
    text: ({ url }, token) =>
      `claude mcp add --transport http --header "Authorization: Bearer ${token}" --scope user ${NAME} ${url}`,
    where: () => IN_A_TERMINAL,
    hints: [REMOVE_FIRST, 'The terminal may keep the line in its history.'],
  },
  {
    id: 'other-http',
    label: 'Other Agent over HTTP',
    description: 'URL and header as JSON, with the token',
    holdsToken: true,
    text: ({ url }, token) => serversJson({ type: 'http', url, headers: { Authorization: `Bearer ${token}` } }),
    where: () =>
      'Put this where the agent keeps its MCP servers for you alone: not into a project, and into no file that you share.',
    hints: [],
  },
];

const CLAUDE_DESKTOP_FILES: Partial<Record<NodeJS.Platform, string>> & { readonly linux: string } = {
  darwin: '~/Library/Application Support/Claude/claude_desktop_config.json',
  win32: '%APPDATA%\\Claude\\claude_desktop_config.json',
  linux: '~/.config/Claude/claude_desktop_config.json',
};

/** What stands in a guide in the token's place; only the clipboard gets the token. */
const HIDDEN_TOKEN = '…';

/** How an agent is connected, for people, without the token. */
export function guideText(way: AgentWay, facts: ConnectionFacts): string {
  const hints = [...way.hints, ...commonHints(way, facts)].map((hint) => `- ${hint}`);
  const text = way
    .text(facts, HIDDEN_TOKEN)
    .split('\n')
    .map((line) => `    ${line}`);
  return [
    `# Connect ${way.label} to Fleet Cache`,
    '',
    `${way.where(facts)} It was copied${way.holdsToken ? ' with the token, which is not shown here' : ''}.`,
    '',
    ...text,
    '',
    ...hints,
    '',
  ].join('\n');
}

function commonHints({ holdsToken }: AgentWay, { isRemote, runner }: ConnectionFacts): readonly string[] {
  return [
    ...(isRemote
      ? [
          'It works on the machine that this window works on, which may not be the one you sit at: the agent has to run there.',
        ]
      : []),
    'The agent sees the fleet of the window of VS Code that serves agents: “Fleet Cache: Show MCP Status” says which. While no window has a fleet open, it is told so.',
    ...(holdsToken
      ? [
          'Whoever has the token can use Fleet Cache as you can, on this machine. “Fleet Cache: Rotate MCP Token…” makes another; then this has to be done again.',
          'The agent sends the token to whatever listens at that address: while no window serves agents, any program of this machine that takes the port gets it. The ways that are not over HTTP do not have this weakness.',
        ]
      : [
          'It holds no token: the bridge reads it from a file that only you can read, and goes on by itself after VS Code was restarted or updated, or the token was rotated.',
        ]),
    ...(runner.isPassing && !holdsToken
      ? [
          'There is no Node.js 20 or later on this machine’s PATH, so this is the one of VS Code’s present version, and stops working with the next. Install Node.js, and connect the agent again.',
        ]
      : []),
  ];
}

function stdioJson({ runner, bridgePath }: ConnectionFacts): string {
  const { command, environment } = runner;
  const hasEnvironment = Object.keys(environment).length > 0;
  return serversJson({ command, args: [bridgePath], ...(hasEnvironment ? { env: environment } : {}) });
}

function serversJson(server: object): string {
  return JSON.stringify({ mcpServers: { [NAME]: server } }, undefined, JSON_INDENT);
}

/** One word of a command line, for the shell that people have on that platform. */
function shellWord(text: string, platform: NodeJS.Platform): string {
  if (/^[\w@%+=:,./\\-]+$/.test(text) && (platform === 'win32' || !text.includes('\\'))) {
    return text;
  }
  return platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;
}
