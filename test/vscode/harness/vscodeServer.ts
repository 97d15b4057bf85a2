import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GuardedProcess, startGuarded } from '../../../scripts/processes/guardedProcess';
import { installVsCodeServer } from '../../../scripts/setup/vscodeServer';
import { installExtensions } from './extensions';
import { QUIET_SETTINGS } from './quietSettings';

/** What a VS Code server is started with. */
export interface VsCodeServerOptions {
  /** The workspace folder to open. */
  readonly folder: string;
  /** Packaged extensions (`.vsix`) and unpacked ones (folders), as absolute paths. */
  readonly extensions?: readonly string[];
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of the machine that extensions run on, which take what no window may set. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** Environment on top of this process's own; extensions see it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  readonly port?: number;
  /** Default: a temporary folder that is removed on stop. */
  readonly userDataDir?: string;
  /** Whether VS Code asks if the folder's authors are trusted, and restricts itself until told so. Default: false. */
  readonly workspaceTrust?: boolean;
}

const READY = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/;
const START_TIMEOUT_MS = 60_000;
const KEPT_LINES = 200;

/** A running VS Code with its workbench in the browser. It listens on loopback only. */
export class VsCodeServer {
  private constructor(
    /** The address of the workbench with the folder open. */
    readonly url: string,
    readonly userDataDir: string,
    private readonly process: GuardedProcess,
    private readonly temporary: string,
  ) {}

  /** Installs VS Code if necessary, then the extensions, and starts it. */
  static async start(options: VsCodeServerOptions): Promise<VsCodeServer> {
    const install = await installVsCodeServer();
    // Sockets need a short path, wherever the checkout is.
    const temporary = await mkdtemp(join(tmpdir(), 'fleet-cache-vscode-'));
    const userDataDir = options.userDataDir ?? join(temporary, 'data');
    const extensionsDir = join(userDataDir, 'extensions');
    try {
      await mkdir(join(userDataDir, 'User'), { recursive: true });
      await writeUserSettings(join(userDataDir, 'User', 'settings.json'), options.settings);
      if (options.machineSettings !== undefined) {
        await mkdir(join(userDataDir, 'Machine'), { recursive: true });
        await writeFile(join(userDataDir, 'Machine', 'settings.json'), JSON.stringify(options.machineSettings));
      }
      const config = join(temporary, 'config.yaml');
      await writeFile(config, 'auth: none\n');
      const baseArgs = ['--config', config, '--user-data-dir', userDataDir, '--extensions-dir', extensionsDir];
      const env = { ...cleanEnvironment(process.env), ...options.env };
      await installExtensions(install, { userDataDir, extensionsDir }, options.extensions ?? [], baseArgs, env);
      const { process: guarded, origin } = await launch(
        install.nodeExecutable,
        [
          ...[install.entryScript, ...baseArgs, '--auth', 'none', '--bind-addr', `127.0.0.1:${options.port ?? 0}`],
          ...['--session-socket', join(temporary, 'session.sock'), '--disable-telemetry', '--disable-update-check'],
          ...['--disable-getting-started-override', '--ignore-last-opened'],
          ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
          options.folder,
        ],
        env,
      );
      return new VsCodeServer(`${origin}/?folder=${encodeURI(options.folder)}`, userDataDir, guarded, temporary);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  /** Resolves when the server has ended, by {@link stop} or on its own. */
  get exited(): Promise<number> {
    return this.process.exited;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await rm(this.temporary, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The end of the newest extension host's log, for a failure report. */
  async extensionHostLog(lines = 60): Promise<string> {
    const logs = join(this.userDataDir, 'logs');
    const names = await readdir(logs, { recursive: true }).catch(() => []);
    const files = names.filter((name) => name.endsWith('remoteexthost.log')).map((name) => join(logs, name));
    const dated = await Promise.all(files.map(async (file) => ({ file, time: (await stat(file)).mtimeMs })));
    const newest = dated.sort((a, b) => b.time - a.time)[0];
    if (newest === undefined) {
      return '(the extension host has written no log)';
    }
    return (await readFile(newest.file, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n');
  }
}

/** Settings that are there already are the user's: a folder that is kept between runs keeps them. */
async function writeUserSettings(file: string, settings: VsCodeServerOptions['settings']): Promise<void> {
  if (!existsSync(file)) {
    await writeFile(file, `${JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2)}\n`);
  }
}

async function launch(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ process: GuardedProcess; origin: string }> {
  const lines: string[] = [];
  let onOrigin: (origin: string) => void = () => {};
  const origin = new Promise<string>((resolve) => {
    onOrigin = resolve;
  });
  const guarded = startGuarded(command, args, {
    env,
    onLine: (line) => {
      lines.push(line);
      lines.splice(0, lines.length - KEPT_LINES);
      const match = READY.exec(line);
      if (match?.[1] !== undefined) {
        onOrigin(match[1]);
      }
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const failed = (reason: string) => new Error(`VS Code did not start: ${reason}\n${lines.join('\n')}`);
  try {
    return {
      process: guarded,
      origin: await Promise.race([
        origin,
        guarded.exited.then((code) => Promise.reject(failed(`it ended with code ${code}`))),
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(failed(`no answer for ${START_TIMEOUT_MS / 1000} s`)), START_TIMEOUT_MS);
        }),
      ]),
    };
  } catch (error) {
    await guarded.stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Without what an outer VS Code or npm put there: a server that sees it would join the outer VS Code. */
function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const unwanted = /^(VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$|NODE_ENV$|CODE_SERVER_|PASSWORD$|PORT$|HASHED_PASSWORD$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !unwanted.test(name)));
}
