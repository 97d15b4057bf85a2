import { access } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ConnectionSecrets, SecretNeeds } from '../base/connectionSecrets';
import { Emitter } from '../base/emitter';
import { describeError } from '../base/errors';
import type { Disposable } from '../base/lifecycle';
import type { Logger } from '../base/logger';
import type { ConnectionReport } from '../cache/connectionReport';
import type { CredentialStore } from '../fleet/credentials';
import type { DemoFleet } from '../fleet/demoFleet';
import type { BenchmarkArchive } from '../service/benchmarkArchive';
import type { FleetServices } from '../service/fleetServices';
import { type HostConfiguration, readConfiguration } from './configuration';
import type { Connections } from './connections/connections';
import type { SavedConnection } from './connections/savedConnections';
import { CONTEXT_KEYS } from './ids';
import type { Pause } from './pause';
import type { Secrets } from './secrets';

/** What the person says of the connection. `advice` tells how to allow writing. */
export interface SessionConnection extends Pick<SavedConnection, 'name' | 'environment' | 'readOnly'> {
  readonly advice: string;
}

/** What the session needs to build a running Fleet Cache. */
export interface SessionSetup {
  readonly inventoryPath: string;
  readonly redisUrl: string;
  readonly connection: SessionConnection;
  /** Still being looked up while the rest is loaded: VS Code's secret storage answers late while a window starts. */
  readonly redisSecrets: Promise<ConnectionSecrets>;
  readonly commandTimeoutMs: number;
  readonly ttls: Readonly<Record<string, unknown>>;
  readonly watch: boolean;
  readonly credentials: CredentialStore;
}

/** With what outlives the services. */
interface ServicesSetup extends SessionSetup {
  /** Of all windows. */
  readonly benchmarkArchive: BenchmarkArchive;
}

/** What the extension's entry point provides, because it is outside of this room. */
export interface SessionParts {
  /** @throws {ConfigurationError} when the settings cannot be used. */
  createServices(setup: ServicesSetup): Promise<FleetServices>;
  startDemoFleet(signal: AbortSignal): Promise<DemoFleet>;
  /** Why a URL cannot be used; `undefined` when it can. */
  redisUrlProblem(url: string): Promise<string | undefined>;
  /** Which secrets the Redis of a URL could ask for. @throws {ConfigurationError} when the URL cannot be used. */
  redisSecretNeeds(url: string): Promise<SecretNeeds>;
  /** Connects on the side, and changes nothing. @throws {FleetCacheError} that says what is wrong and what to do. */
  testConnection(url: string, secrets: ConnectionSecrets, signal: AbortSignal): Promise<ConnectionReport>;
}

export type SessionState =
  /** No folder is open. */
  | { readonly type: 'noFolder' }
  /** The folder is not trusted: nothing is read from it, and no connection is opened. */
  | { readonly type: 'untrusted' }
  /** The person wants no connection for now. */
  | { readonly type: 'paused' }
  | { readonly type: 'noInventory'; readonly path: string }
  | { readonly type: 'starting' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'running'; readonly services: FleetServices };

const ADVICE =
  'Use “Fleet Cache: Allow Writing…” on it in the Connections view, if this Redis may be changed by hand from here.';

/**
 * The one running Fleet Cache of this window. It is built anew when the settings change, the folder becomes trusted, or the
 * demo fleet starts or stops; whoever shows something follows {@link onDidChange}.
 */
export class FleetSession implements Disposable {
  private readonly changes = new Emitter<SessionState>();
  private current: SessionState = { type: 'starting' };
  private demo: DemoFleet | undefined;
  /** The connection that the services work over, or were to. */
  private built: SavedConnection | undefined;
  /** Builds run one after the other, so that two changes in a row cannot leave two sets of connections. */
  private queue: Promise<void> = Promise.resolve();
  private startingDemo: Promise<DemoFleet> | undefined;
  /** Aborted when the window goes. */
  private readonly closing = new AbortController();

  readonly onDidChange = this.changes.event;

  constructor(
    private readonly parts: SessionParts,
    private readonly secrets: Secrets,
    private readonly connections: Pick<Connections, 'active'>,
    private readonly pause: Pick<Pause, 'isOn' | 'set'>,
    private readonly benchmarkArchive: BenchmarkArchive,
    private readonly logger: Logger,
  ) {}

  get state(): SessionState {
    return this.current;
  }

  get isDemo(): boolean {
    return this.demo !== undefined;
  }

  /** The services, if they run. */
  get services(): FleetServices | undefined {
    return this.current.type === 'running' ? this.current.services : undefined;
  }

  /** Builds the services from the present settings, in place of those that run. */
  restart(): Promise<void> {
    return this.enqueue(() => this.build());
  }

  /** Goes over to the connection that is chosen now. What only concerns what may be done over it needs no new connection. */
  followConnection(): Promise<void> {
    return this.enqueue(async () => {
      if (this.demo !== undefined) {
        return;
      }
      const { active } = this.connections;
      if (this.built?.name === active.name && this.built.url === active.url && this.services !== undefined) {
        this.services.connection.access.update(active);
      } else {
        await this.build();
      }
    });
  }

  /** Closes every connection to Redis and miners, or opens them again. A demo fleet's own processes run on. */
  async setPaused(isPaused: boolean): Promise<void> {
    await this.pause.set(isPaused);
    await this.restart();
  }

  /** Resolves once no build is under way. */
  settled(): Promise<void> {
    return this.queue;
  }

  /** @throws {FleetCacheError} when the demo fleet cannot start; the session then stays as it was. */
  async startDemo(signal: AbortSignal): Promise<void> {
    if (this.demo !== undefined || this.startingDemo !== undefined) {
      return;
    }
    this.startingDemo = this.parts.startDemoFleet(AbortSignal.any([signal, this.closing.signal]));
    try {
      this.setDemo(await this.startingDemo);
      // Who starts one wants to see it.
      await this.pause.set(false);
    } finally {
      this.startingDemo = undefined;
    }
    await this.restart();
  }

  async stopDemo(): Promise<void> {
    const demo = this.demo;
    this.setDemo(undefined);
    // First the services, so that they do not see their Redis and miners die.
    await this.restart();
    await demo?.stop();
  }

  dispose(): void {
    void this.close();
  }

  /** Ends everything, the demo's processes included. */
  async close(): Promise<void> {
    this.closing.abort();
    // Not after a build that runs: one that hangs must not keep the demo's processes alive.
    const closed = this.services?.close();
    this.changes.dispose();
    await closed;
    await this.startingDemo?.catch(() => {});
    await this.demo?.stop();
  }

  private setDemo(demo: DemoFleet | undefined): void {
    this.demo = demo;
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.demoRunning, demo !== undefined);
  }

  private enqueue(task: () => Promise<void>): Promise<void> {
    const run = this.queue.then(async () => {
      if (!this.closing.signal.aborted) {
        await task();
      }
    });
    this.queue = run.catch((error: unknown) => this.logger.error(describeError(error)));
    return run;
  }

  private async build(): Promise<void> {
    const former = this.services;
    try {
      const setup = await this.prepare();
      if ('type' in setup) {
        this.change(setup);
      } else {
        this.change({ type: 'starting' });
        const started = performance.now();
        const services = await this.parts.createServices({ ...setup, benchmarkArchive: this.benchmarkArchive });
        if (this.closing.signal.aborted) {
          services.dispose();
          return;
        }
        const { miners } = services.inventory.current;
        this.logger.info(`Started on ${setup.inventoryPath}, ${miners.length} miners, ${since(started)}.`);
        this.change({ type: 'running', services });
      }
    } catch (error) {
      this.logger.error(describeError(error));
      this.change({ type: 'failed', reason: describeError(error) });
    }
    former?.dispose();
  }

  /** What to build from, or the state that says why nothing can be built. */
  private async prepare(): Promise<SessionSetup | SessionState> {
    const configuration = readConfiguration();
    const { commandTimeoutMs, ttls, watch } = configuration;
    if (this.pause.isOn) {
      return { type: 'paused' };
    }
    if (this.demo !== undefined) {
      const { inventoryPath, redisUrl, credentials } = this.demo;
      return {
        inventoryPath,
        redisUrl,
        connection: { name: 'demo', environment: 'development', readOnly: false, advice: ADVICE },
        redisSecrets: Promise.resolve({}),
        commandTimeoutMs,
        ttls,
        watch,
        credentials,
      };
    }
    return this.prepareWorkspace(configuration);
  }

  private async prepareWorkspace(configuration: HostConfiguration): Promise<SessionSetup | SessionState> {
    const { inventoryPath } = configuration;
    if (!vscode.workspace.isTrusted) {
      return { type: 'untrusted' };
    }
    if (inventoryPath === undefined) {
      return { type: 'noFolder' };
    }
    // A file that somebody named and that is not there is a mistake to report; a folder without a fleet is not.
    if (!configuration.isInventoryChosen && !(await exists(inventoryPath))) {
      return { type: 'noInventory', path: inventoryPath };
    }
    const { active } = this.connections;
    this.built = active;
    const { name, url: redisUrl, environment, readOnly } = active;
    const connection = { name, environment, readOnly, advice: ADVICE };
    const redisSecrets = this.secrets.redisSecrets(redisUrl);
    const { commandTimeoutMs, ttls, watch } = configuration;
    return {
      inventoryPath,
      redisUrl,
      connection,
      redisSecrets,
      commandTimeoutMs,
      ttls,
      watch,
      credentials: this.secrets,
    };
  }

  private change(state: SessionState): void {
    this.current = state;
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.state, state.type);
    this.changes.fire(state);
  }
}

function since(started: number): string {
  return `in ${Math.round(performance.now() - started)} ms`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
