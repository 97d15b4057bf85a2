import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { describeError, FleetCacheError } from '../base/errors';

/** A Redis server that runs for this process and ends with it. Nothing in it is kept. */
export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  /** Process id of the server itself. */
  readonly pid: number;
  /** Ends the server; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface LocalRedisOptions {
  /** The server's working directory; has to exist. */
  readonly directory: string;
  /** TCP port on 127.0.0.1; a free one by default. */
  readonly port?: number;
  /** Further arguments of the server. */
  readonly args?: readonly string[];
  /** Path of the server's executable; by default the first of `redis-server` and `valkey-server` on `PATH`. */
  readonly executable?: string;
}

/** There is no Redis server to start, or it did not start. The message says what to do. */
export class LocalRedisError extends FleetCacheError {}

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 3_000;
const PORT_ATTEMPTS = 3;

/**
 * Runs the server as the child of a shell that holds a pipe from us: the pipe closes when we end, in whatever way, and the
 * shell then ends the server. It prints the server's process id first.
 */
const GUARD = `
exec 3<&0
"$@" </dev/null &
server=$!
echo "guarded $server"
{ cat <&3 >/dev/null; kill "$server" 2>/dev/null; } >/dev/null 2>&1 &
wait "$server"
`;

/**
 * Starts a Redis server on loopback, without persistence, and waits until it answers.
 *
 * @throws {LocalRedisError} when none is installed or it does not come up within ten seconds.
 */
export async function startLocalRedis(options: LocalRedisOptions): Promise<LocalRedis> {
  const executable = options.executable ?? (await findRedisServer());
  if (executable === undefined) {
    throw new LocalRedisError(`No Redis server is installed. Install one with: ${installCommand(process.platform)}`);
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(executable, options.port ?? (await freePort()), options);
    } catch (error) {
      // Between the moment that a port was free and the server's start, another process may have taken it.
      const wasTaken = options.port === undefined && describeError(error).includes('Address already in use');
      if (!wasTaken || attempt === PORT_ATTEMPTS) {
        throw error;
      }
    }
  }
}

async function start(executable: string, port: number, options: LocalRedisOptions): Promise<LocalRedis> {
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir'];
  args.push(options.directory, ...(options.args ?? []));
  const guard = spawn('sh', ['-c', GUARD, 'fleet-cache-redis', executable, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  try {
    const pid = await whenReady(guard, executable, port);
    return { url: `redis://127.0.0.1:${port}`, port, pid, stop: () => stop(guard, pid) };
  } catch (error) {
    guard.stdin?.end();
    throw error;
  }
}

/** Path of the Redis server on `PATH`, if there is one. */
export async function findRedisServer(): Promise<string | undefined> {
  for (const name of ['redis-server', 'valkey-server']) {
    try {
      const { stdout } = await promisify(execFile)('sh', ['-c', 'command -v "$1"', 'sh', name]);
      return stdout.trim();
    } catch {
      // Not on PATH; the next name may be.
    }
  }
  return undefined;
}

/** The one command that installs a Redis server on a system. */
export function installCommand(platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return 'brew install redis';
    case 'win32':
      return 'wsl sudo apt-get install redis-server (and run VS Code in WSL)';
    default:
      return 'sudo apt-get install redis-server (Debian, Ubuntu) or sudo dnf install valkey (Fedora)';
  }
}

/** Resolves to the server's process id once it accepts connections. */
function whenReady(guard: ChildProcess, executable: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (cause: string) => {
      clearTimeout(timer);
      const lastLines = output.trim().split('\n').slice(-5).join('\n');
      reject(new LocalRedisError(`${executable} did not start on port ${port}: ${cause}\n${lastLines}`));
    };
    const timer = setTimeout(() => fail(`it was not ready within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
    const onOutput = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8_192);
      const pid = /^guarded (\d+)$/m.exec(output)?.[1];
      if (pid !== undefined && /ready to accept connections/i.test(output)) {
        clearTimeout(timer);
        // From here on nobody reads the server's log, and a full pipe must not stop the server.
        guard.stdout?.off('data', onOutput).resume();
        guard.stderr?.off('data', onOutput).resume();
        resolve(Number(pid));
      }
    };
    guard.stdout?.on('data', onOutput);
    guard.stderr?.on('data', onOutput);
    guard.once('error', (error) => fail(describeError(error)));
    guard.once('exit', (code) => fail(`it ended with code ${code}`));
  });
}

async function stop(guard: ChildProcess, pid: number): Promise<void> {
  if (guard.exitCode !== null || guard.signalCode !== null) {
    guard.stdin?.end();
    return;
  }
  const ended = new Promise<void>((resolve) => guard.once('exit', () => resolve()));
  guard.stdin?.end();
  // A server that was stopped (SIGSTOP) does not hear the guard's signal.
  const killer = setTimeout(() => kill(pid), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(killer);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended at this moment.
  }
}

/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
