import { Redis } from 'ioredis';
import { eventually } from '../../fixtures/eventually';

/** Commands that name keys or channels that they change, and where in their arguments the names are. */
const WRITES: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  set: ([key = '']) => [key],
  unlink: (keys) => keys,
  del: (keys) => keys,
  pexpire: ([key = '']) => [key],
  publish: ([channel = '']) => [channel],
  xadd: ([key = '']) => [key],
  hset: ([key = '']) => [key],
  zadd: ([key = '']) => [key],
  incr: ([key = '']) => [key],
};

/** All names that servers were told to change, as MONITOR tells. Everything that clients send is heard, and what scripts do. */
export class KeyWatch {
  private readonly names = new Set<string>();
  private readonly unknown = new Set<string>();

  private constructor(private readonly monitors: readonly Redis[]) {
    for (const monitor of monitors) {
      monitor.on('error', () => {});
      monitor.on('monitor', (_time: string, [command = '', ...args]: string[]) => {
        const name = command.toLowerCase();
        const keys = WRITES[name];
        if (keys === undefined) {
          this.unknown.add(name);
        } else {
          for (const key of keys(args)) {
            this.names.add(key);
          }
        }
      });
    }
  }

  static async of(ports: readonly number[]): Promise<KeyWatch> {
    const clients = ports.map((port) => new Redis(port, '127.0.0.1'));
    const monitors = await Promise.all(clients.map((client) => eventually(() => client.monitor())));
    for (const client of clients) {
      client.disconnect();
    }
    return new KeyWatch(monitors);
  }

  /** What was written, removed or published to. */
  get changed(): readonly string[] {
    return [...this.names];
  }

  /** The other commands that were sent. */
  get others(): readonly string[] {
    return [...this.unknown].sort();
  }

  stop(): void {
    for (const monitor of this.monitors) {
      monitor.disconnect();
    }
  }
}
