/** What the files of one room may import, besides each other. */
export interface Room {
  /** Rooms that may be imported for values and types. */
  readonly may: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[];
  /** Single folders or files that may be imported although their room may not. */
  readonly exceptions?: readonly string[];
  readonly vscode?: true;
}

/**
 * The rooms of `src`: its folders, and its files at the top level by their names. An entry point may use `base` and `fleet`
 * to speak with the rooms that it joins.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  base: { may: [] },
  fleet: { may: ['base'] },
  cache: { may: ['base'] },
  redis: { may: ['base', 'cache'] },
  braiins: { may: ['base', 'fleet'] },
  service: { may: ['base', 'fleet', 'cache'] },
  benchmark: { may: ['base', 'fleet', 'cache', 'redis', 'service'] },
  mcp: { may: ['base', 'fleet', 'service'], types: ['cache'] },
  simulator: { may: ['base', 'fleet'], exceptions: ['src/braiins/proto/'] },
  protocol: { may: [], types: ['fleet'] },
  host: { may: ['base', 'fleet', 'service', 'protocol'], types: ['cache'], vscode: true },
  webview: { may: ['protocol'], types: ['fleet'] },
  runtime: {
    may: ['base', 'fleet', 'cache', 'redis', 'braiins', 'service', 'benchmark', 'mcp', 'simulator', 'protocol'],
  },
  demoFleet: { may: ['base', 'fleet', 'redis', 'simulator'] },
  extension: { may: ['base', 'fleet', 'runtime', 'demoFleet', 'mcp', 'host'], vscode: true },
  server: { may: ['base', 'fleet', 'runtime', 'mcp'] },
  bridge: { may: ['base', 'mcp'] },
  simulate: { may: ['base', 'fleet', 'simulator'] },
};

/** What any room may import from outside `src`. */
export const SHARED_FILES: readonly string[] = ['package.json'];
