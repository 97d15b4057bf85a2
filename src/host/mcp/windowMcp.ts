import type { Clock } from '../../base/clock';
import { Emitter } from '../../base/emitter';
import { CancelledError, describeError, FleetCacheError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { FleetServices } from '../../service/fleetServices';
import type { McpSettings } from '../configuration';
import type { SessionState } from '../fleetSession';
import type { ServicesProvider } from '../liveFleet';
import { AgentPort, type AgentPortState } from './agentPort';
import { fleetDigest } from './fleetDigest';
import type { AgentEntrance, AgentQuestion, McpListener, McpParts, Served } from './mcpParts';
import { OwnServer } from './ownServer';

export interface WindowMcpOptions {
  readonly parts: Pick<McpParts, 'listen' | 'whoListens'>;
  readonly session: ServicesProvider & { readonly state: SessionState };
  /** The running services, after a bounded wait. @throws {FleetCacheError} that says why there are none. */
  requireServices(): Promise<FleetServices>;
  readonly entrance: AgentEntrance;
  settings(): McpSettings;
  isTrusted(): boolean;
  askPerson(question: AgentQuestion, client: object, signal: AbortSignal): Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Why this window has no MCP server, if it has none. */
export type Availability = 'available' | 'disabled' | 'untrusted' | 'no-fleet';

/** How a client reaches a listener. */
export interface McpAddress {
  readonly url: string;
  readonly token: string;
}

export interface McpStatus {
  readonly availability: Availability;
  /** Whether its fleet cannot be served, because the settings cannot be used. VS Code's agents are told so. */
  readonly hasFailed: boolean;
  /** What VS Code itself uses; `undefined` until it asks for it. */
  readonly own: { readonly url: string; readonly clients: number } | undefined;
  /** What agents outside of VS Code use. */
  readonly agents: AgentPortState;
  /** Agents outside of VS Code that this window serves. */
  readonly agentClients: number;
}

/** Between two looks whether an agent was connected from another window, in ms. */
const LOOK_MS = 5_000;

/**
 * The MCP server of this window. VS Code itself reaches it on a port and with a token of this window, so that its agents see the
 * fleet that the person sees. Agents outside reach the window that has the fixed port. Neither listens before it is needed.
 */
export class WindowMcp implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes: Emitter<McpStatus>;
  private readonly port: AgentPort;
  private readonly own: OwnServer;
  private served: FleetServices | undefined;
  /** Whether a person has connected an agent from this window. */
  private isWanted = false;
  private nextLook: Disposable = toDisposable(() => {});
  private controlsMiners: boolean;

  /** Fires when {@link status} changes in more than the number of clients. */
  readonly onDidChange;

  constructor(private readonly options: WindowMcpOptions) {
    const { parts, session, entrance, clock, logger, settings } = options;
    this.changes = this.disposables.add(new Emitter((error) => logger.error(describeError(error))));
    this.onDidChange = this.changes.event;
    this.controlsMiners = settings().allowMinerControl;
    this.own = new OwnServer((token) => this.listenForWindow(token));
    this.port = this.disposables.add(
      new AgentPort({
        listen: (port, token) => parts.listen({ port, token, audience: 'agents' }, this.what),
        whoListens: parts.whoListens,
        port: () => settings().port,
        fleet: () => this.what.fleet(),
        access: entrance,
        clock,
        logger,
        random: Math.random,
      }),
    );
    this.disposables.add(this.port.onDidChange((state) => this.tell(state)));
    this.disposables.add(session.onDidChange(() => this.follow()));
    this.disposables.add(
      entrance.onDidChangeToken(() => {
        if (this.port.state.type === 'owned') {
          void this.publish(this.port.state.url);
        }
      }),
    );
    this.follow();
  }

  get status(): McpStatus {
    const { port } = this;
    const { listener } = this.own;
    return {
      availability: this.availability,
      hasFailed: this.hasFailed,
      own: listener && { url: listener.url, clients: listener.sessionCount },
      agents: port.state,
      agentClients: port.clients,
    };
  }

  get availability(): Availability {
    const { options } = this;
    if (!options.settings().isEnabled) {
      return 'disabled';
    }
    if (!options.isTrusted()) {
      return 'untrusted';
    }
    const { type } = options.session.state;
    return type === 'starting' || type === 'running' || type === 'failed' ? 'available' : 'no-fleet';
  }

  /** Listens for VS Code itself, and waits for the fleet. @throws {FleetCacheError} that says why it cannot. */
  async openForWindow(): Promise<McpAddress> {
    this.requireAvailable();
    await this.options.requireServices();
    // It may have been paused, or turned off, meanwhile.
    this.requireAvailable();
    if (this.disposables.isDisposed) {
      throw new CancelledError();
    }
    const isFirst = this.own.listener === undefined;
    const { listener, token } = await this.own.open();
    if (isFirst) {
      this.changes.fire(this.status);
    }
    return { url: listener.url, token };
  }

  /**
   * Listens for agents outside of VS Code, from now on in every window, or waits for the fixed port.
   *
   * @throws {FleetCacheError} when there is no MCP server in this window, or agents cannot be led to it.
   */
  async openForAgents(): Promise<AgentPortState> {
    this.requireAvailable();
    if (this.hasFailed) {
      await this.options.requireServices();
    }
    this.isWanted = true;
    const state = await this.port.open();
    if (state.type === 'owned' || state.type === 'elsewhere') {
      // Another window has proven that it has the token. It does not know whether the file is there, or can be used.
      await this.options.entrance.publish(state.url);
    }
    return state;
  }

  /**
   * Has all clients begin anew, and the fixed port tried again. VS Code's own port stays: VS Code asks for it only when it starts
   * the server.
   */
  async restart(): Promise<void> {
    await Promise.all([this.own.listener?.endSessions(), this.port.reopen()]);
    this.follow();
  }

  /** Takes over what the settings, the session and the workspace's trust are now. */
  follow(): void {
    const { settings, session, logger } = this.options;
    const failed = (error: unknown) => logger.error(describeError(error));
    if (this.availability !== 'available') {
      Promise.all([this.own.close(), this.port.close()]).catch(failed);
    } else {
      // Another window may have a fleet that agents can use.
      (this.hasFailed ? this.port.close() : this.openIfConnected()).catch(failed);
      const controlsMiners = settings().allowMinerControl;
      const isOther = session.state.type !== 'starting' && session.services !== this.served;
      if (isOther || controlsMiners !== this.controlsMiners) {
        this.served = session.services;
        this.controlsMiners = controlsMiners;
        Promise.all([this.own.listener?.endSessions(), this.port.endSessions()]).catch(failed);
      }
    }
    this.changes.fire(this.status);
  }

  /** Tries the port that the settings name by now. */
  followPort(): void {
    this.port.reopen().catch((error: unknown) => this.options.logger.error(describeError(error)));
  }

  dispose(): void {
    this.disposables.dispose();
    this.nextLook.dispose();
    void this.own.close();
  }

  /** Listens for agents outside of VS Code when there are any, and else looks again later. */
  private async openIfConnected(): Promise<void> {
    this.nextLook.dispose();
    if (this.port.isWanted || !this.canServeAgents) {
      return;
    }
    const isConnected = this.isWanted || (await this.options.entrance.isPublished());
    // The window may have closed meanwhile, or the server be turned off.
    if (!this.canServeAgents) {
      return;
    }
    if (isConnected) {
      await this.port.open();
      return;
    }
    this.nextLook.dispose();
    this.nextLook = this.options.clock.setTimeout(() => void this.openIfConnected(), LOOK_MS);
  }

  private get canServeAgents(): boolean {
    const { isDisposed } = this.disposables;
    return !isDisposed && this.availability === 'available' && this.options.session.state.type === 'running';
  }

  private get hasFailed(): boolean {
    return this.options.session.state.type === 'failed';
  }

  private get what(): Served {
    const { options } = this;
    return {
      services: () => {
        this.requireAvailable();
        return options.requireServices();
      },
      fleet: () => {
        const services = options.session.services;
        return services && fleetDigest(services);
      },
      allowMinerControl: () => options.settings().allowMinerControl,
      askPerson: options.askPerson,
    };
  }

  private requireAvailable(): void {
    switch (this.availability) {
      case 'available':
        return;
      case 'disabled':
        throw new FleetCacheError('The MCP server is turned off by the setting fleetCache.mcp.enabled.');
      case 'untrusted':
        throw new FleetCacheError('This workspace is not trusted. Trust it to let agents see its fleet.');
      case 'no-fleet':
        throw new FleetCacheError(
          'There is no fleet for agents to see. Open a folder with a fleet.json, or resume Fleet Cache, in VS Code.',
        );
    }
  }

  private async listenForWindow(token: string): Promise<McpListener> {
    const listener = await this.options.parts.listen({ port: 0, token, audience: 'vscode' }, this.what);
    this.options.logger.info(`Serving MCP to VS Code at ${listener.url}`);
    return listener;
  }

  private tell(state: AgentPortState): void {
    const { logger } = this.options;
    switch (state.type) {
      case 'owned':
        logger.info(`Serving MCP to agents outside of VS Code at ${state.url}`);
        void this.publish(state.url);
        break;
      case 'elsewhere':
        logger.info(
          `Another window serves MCP to agents outside of VS Code on port ${state.port}. This one takes over when it closes.`,
        );
        break;
      case 'blocked':
        logger.warn(`Agents outside of VS Code cannot reach this window: ${state.reason}`);
        break;
      case 'off':
        break;
    }
    this.changes.fire(this.status);
  }

  private async publish(url: string): Promise<void> {
    try {
      await this.options.entrance.publish(url);
    } catch (error) {
      this.options.logger.warn(describeError(error));
    }
  }
}
