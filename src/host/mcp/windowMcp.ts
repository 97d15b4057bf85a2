import type { Clock } from '../../base/clock';
import { Emitter } from '../../base/emitter';
import { CancelledError, describeError } from '../../base/errors';
import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle';
import type { Logger } from '../../base/logger';
import type { FleetServices } from '../../service/fleetServices';
import type { Question, Served } from '../../service/windowServing';
import type { McpSettings } from '../configuration';
import type { SessionState } from '../fleetSession';
import type { ServicesProvider } from '../liveFleet';
import { AgentPort, type AgentPortState } from './agentPort';
import { fleetDigest } from './fleetDigest';
import type { AgentEntrance, McpListener, McpParts } from './mcpParts';
import { type Availability, type McpStatus, requireAvailable } from './mcpStatus';
import { OwnServer } from './ownServer';

export interface WindowMcpOptions {
  readonly parts: Pick<McpParts, 'listen' | 'whoListens'>;
  readonly session: ServicesProvider & { readonly state: SessionState };
  /** The running services, after a bounded wait. @throws {FleetCacheError} that says why there are none. */
  requireServices(): Promise<FleetServices>;
  readonly entrance: AgentEntrance;
  settings(): McpSettings;
  isTrusted(): boolean;
  askPerson(question: Question, client: object, signal: AbortSignal): Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How a client reaches a listener. */
export interface McpAddress {
  readonly url: string;
  readonly token: string;
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
  /** Whether a person has connected an agent from this window, and the file that leads agents here is not written yet. */
  private isWanted = false;
  /** Agents that were connected from this window. */
  private connected = 0;
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
          this.run(this.lead(this.port.state.url));
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
    requireAvailable(this.availability);
    await this.options.requireServices();
    // It may have been paused, or turned off, meanwhile.
    requireAvailable(this.availability);
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
    requireAvailable(this.availability);
    if (this.hasFailed) {
      await this.options.requireServices();
    }
    this.connected++;
    this.isWanted = true;
    const state = await this.port.open();
    if (state.type === 'owned' || state.type === 'elsewhere') {
      // Another window has proven that it has the token. It does not know whether the file is there, or can be used.
      await this.options.entrance.publish(state.url);
      this.isWanted = false;
    }
    return state;
  }

  /**
   * Listens for agents outside of VS Code no more, in no window, until one is connected again.
   *
   * @throws {FleetCacheError} when the file that leads agents here cannot be deleted.
   */
  async closeForAgents(): Promise<void> {
    this.isWanted = false;
    await this.options.entrance.withdraw();
    await this.port.close();
    this.follow();
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
    const { settings, session } = this.options;
    if (this.availability !== 'available') {
      this.run(this.own.close());
      this.run(this.port.close());
    } else {
      // Another window may have a fleet that agents can use.
      this.run(this.hasFailed ? this.port.close() : this.followAgents());
      const controlsMiners = settings().allowMinerControl;
      const isOther = session.state.type !== 'starting' && session.services !== this.served;
      if (isOther || controlsMiners !== this.controlsMiners) {
        this.served = session.services;
        this.controlsMiners = controlsMiners;
        this.run(Promise.all([this.own.listener?.endSessions(), this.port.endSessions()]));
      }
    }
    this.changes.fire(this.status);
  }

  /** Tries the port that the settings name by now. */
  followPort(): void {
    this.run(this.port.reopen());
  }

  dispose(): void {
    this.disposables.dispose();
    this.nextLook.dispose();
    this.run(this.own.close());
  }

  /** What nobody waits for says in the log why it failed. */
  private run(task: Promise<unknown>): void {
    task.catch((error: unknown) => this.options.logger.error(describeError(error)));
  }

  /** Listens for agents outside of VS Code while any are connected, and looks later whether they still are, or are by then. */
  private async followAgents(): Promise<void> {
    this.nextLook.dispose();
    if (!this.canServeAgents) {
      return;
    }
    const areConnected = await this.areAgentsConnected();
    // The window may have closed meanwhile, or the server be turned off.
    if (!this.canServeAgents) {
      return;
    }
    this.nextLook.dispose();
    this.nextLook = this.options.clock.setTimeout(() => this.run(this.followAgents()), LOOK_MS);
    if (areConnected !== this.port.isWanted) {
      await (areConnected ? this.port.open() : this.port.close());
    }
  }

  private async areAgentsConnected(): Promise<boolean> {
    const { connected } = this;
    return this.isWanted || (await this.options.entrance.isPublished()) || connected !== this.connected;
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
        requireAvailable(this.availability);
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

  private async listenForWindow(token: string): Promise<McpListener> {
    const listener = await this.options.parts.listen({ port: 0, token, audience: 'vscode' }, this.what);
    this.options.logger.info(`Serving MCP to VS Code at ${listener.url}`);
    return listener;
  }

  private tell(state: AgentPortState): void {
    const { logger } = this.options;
    switch (state.type) {
      case 'owned':
        this.run(this.lead(state.url));
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

  private async lead(url: string): Promise<void> {
    const { entrance, logger } = this.options;
    // They may have been disconnected while this window waited for the port.
    if (!(await this.areAgentsConnected())) {
      await this.port.close();
      return;
    }
    logger.info(`Serving MCP to agents outside of VS Code at ${url}`);
    try {
      await entrance.publish(url);
      this.isWanted = false;
    } catch (error) {
      logger.warn(describeError(error));
    }
  }
}
