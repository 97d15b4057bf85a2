import type { DashboardCommand, Request } from '../protocol/dashboard';
import { AvailabilityView } from './availability';
import { Charts } from './charts/charts';
import { button, el, setHidden, setText } from './dom';
import { EventStream } from './events';
import { FleetGrid } from './fleet/grid';
import { TroubleList } from './fleet/trouble';
import { FrameLoop } from './frame';
import { HeadView } from './head';
import { Host, type ToDraw, type VsCodeApi } from './host';
import { PolicyTable } from './policies';
import { DashboardStore, PARTS, type Part } from './store';
import { plain } from './text';
import { Theme } from './theme';
import { HostClock } from './time';
import { readViewState, type ViewState } from './viewState';

/** Ages grow, and charts move on, without any message. */
const TICK_MS = 1_000;
const NOTICE_MS = 8_000;

/** The page: joins what the host tells, what a person chooses, and what is drawn. */
export class Dashboard {
  private readonly store = new DashboardStore();
  private readonly clock = new HostClock();
  private readonly frame = new FrameLoop(
    () => this.draw(),
    () => this.tellDrawn(),
  );
  private readonly host: Host;
  private readonly theme: Theme;
  private readonly availability = new AvailabilityView((command) => this.run(command));
  private readonly head = new HeadView();
  private readonly charts: Charts;
  private readonly trouble: TroubleList;
  private readonly grid: FleetGrid | undefined;
  private readonly events: EventStream | undefined;
  private readonly policies: PolicyTable | undefined;
  private readonly notice = el('p', { class: 'notice', attributes: { hidden: '' } });
  private readonly content: HTMLElement;
  private readonly reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
  private noticeTimer: number | undefined;
  private state: ViewState;
  private mustDrawAll = false;
  /** What the next frame draws. */
  private readonly due = new Set<Part>();
  /** The numbers of the host's last message: of the one that came, of the one that was drawn, and of the one that was told so. */
  private readonly numbers = { come: 0, drawn: 0, told: 0 };

  constructor(
    private readonly api: VsCodeApi,
    private readonly isCompact: boolean,
  ) {
    this.state = readViewState(api.getState());
    this.host = new Host(api, (message) => {
      this.take(message);
      this.numbers.come = message.number ?? this.numbers.come;
      this.frame.request();
    });
    // While the host gets what there is, the page is made.
    this.host.ready();
    this.theme = new Theme(() => {
      this.charts.recolour();
      this.grid?.recolour();
    });
    const owner = this.owner();
    this.charts = new Charts(owner, isCompact);
    this.trouble = new TroubleList((id) => this.reveal(id));
    if (!isCompact) {
      this.grid = new FleetGrid(owner);
      this.events = new EventStream(this.store.events, owner);
      this.policies = new PolicyTable();
    }
    const parts = isCompact
      ? [this.head, this.charts, this.trouble]
      : [this.head, this.charts, this.grid, this.events, this.policies];
    this.content = el(
      'main',
      { class: 'content', attributes: { hidden: '' } },
      parts.flatMap((part) => (part === undefined ? [] : [part.root])),
    );
  }

  start(): void {
    document.body.classList.add('dashboard');
    document.body.classList.toggle('compact', this.isCompact);
    document.body.append(this.toolbar(), this.availability.root, this.content);
    setInterval(() => this.tick(), TICK_MS);
  }

  private take(message: ToDraw): void {
    switch (message.type) {
      case 'snapshot':
        this.clock.hear(message.snapshot.sentAt);
        this.store.replace(message.snapshot, this.clock.now());
        return;
      case 'rest':
        this.store.complete(message.rest, this.clock.now());
        return;
      case 'update':
        this.clock.hear(message.update.sentAt);
        this.store.apply(message.update, this.clock.now());
    }
  }

  private toolbar(): HTMLElement {
    const tools = this.isCompact
      ? [button('Open Dashboard', () => this.send({ kind: 'openPanel' }))]
      : [
          button('Warm Cache…', () => this.run('warm')),
          button('Invalidate Cache…', () => this.run('invalidate'), { class: 'secondary' }),
          button('Show Log', () => this.run('showLog'), { class: 'secondary' }),
        ];
    return el('header', { class: 'toolbar' }, [
      el('h1', { text: 'Fleet Cache' }),
      this.notice,
      el('div', { class: 'tools' }, tools),
    ]);
  }

  /** What the parts need of the page. */
  private owner() {
    const state = () => this.state;
    return {
      theme: this.theme,
      get state() {
        return state();
      },
      save: (change: Partial<ViewState>) => {
        this.state = { ...this.state, ...change };
        this.api.setState(this.state);
      },
      now: () => this.clock.now(),
      redraw: () => {
        this.mustDrawAll = true;
        this.frame.request();
      },
      reveal: (id: string) => this.reveal(id),
    };
  }

  private tellDrawn(): void {
    const { numbers } = this;
    if (numbers.drawn > numbers.told) {
      numbers.told = numbers.drawn;
      this.host.drawn(numbers.drawn);
    }
  }

  private draw(): void {
    const changes = this.store.takeChanges();
    const { availability } = this.store;
    const isRunning = availability?.state === 'running';
    if (changes.has('availability')) {
      this.availability.update(availability);
      setHidden(this.content, !isRunning);
      // What came while nothing was shown was not drawn.
      this.mustDrawAll ||= isRunning;
    }
    if (!isRunning) {
      this.due.clear();
    } else {
      for (const part of this.mustDrawAll ? PARTS : changes) {
        this.due.add(part);
      }
      this.mustDrawAll = false;
      this.drawDue();
    }
    if (this.due.size === 0) {
      this.numbers.drawn = this.numbers.come;
    }
  }

  /** The charts take about as long as all else together, and have a frame of their own. */
  private drawDue(): void {
    const { store } = this;
    if (this.isDue('head') && store.head !== undefined) {
      this.head.update(store.head);
    }
    if (this.isDue('samples')) {
      if (!this.charts.update(store.samples, store.head?.targetRatio)) {
        this.due.add('samples');
      }
      if (this.due.size > 0) {
        this.frame.request();
        return;
      }
    }
    this.showRest(store.isWhole);
    if (!store.isWhole) {
      this.due.clear();
      return;
    }
    if (this.isDue('miners')) {
      this.grid?.update(store.miners, store.takeChangedMiners());
      if (this.isCompact) {
        this.trouble.update(store.miners);
      }
    }
    if (this.isDue('events')) {
      this.events?.update();
    }
    if (this.isDue('policies')) {
      this.policies?.update(store.policies);
    }
    this.due.clear();
  }

  /** What the charts did not wait for. */
  private showRest(isKnown: boolean): void {
    for (const part of [this.grid, this.events, this.policies, this.trouble]) {
      if (part !== undefined) {
        setHidden(part.root, !isKnown);
      }
    }
  }

  /** @returns whether the part was to be drawn; it is not any more. */
  private isDue(part: Part): boolean {
    return this.due.delete(part);
  }

  private tick(): void {
    if (document.hidden || this.store.availability?.state !== 'running') {
      return;
    }
    this.events?.showCounts();
    if (this.state.gridMode === 'freshness') {
      this.grid?.draw();
    }
    // Charts that slide are motion; for who wants none they move with each new sample only.
    if (!this.isMotionReduced() && !this.charts.isStill) {
      this.charts.update(this.store.samples, this.store.head?.targetRatio);
    }
  }

  /** By the system, or by VS Code's own setting. */
  private isMotionReduced(): boolean {
    return this.reducedMotion.matches || document.body.classList.contains('vscode-reduce-motion');
  }

  private reveal(minerId: string): void {
    this.send({ kind: 'revealMiner', minerId });
  }

  private run(command: DashboardCommand): void {
    this.send({ kind: 'runCommand', command });
  }

  private send(request: Request): void {
    this.host.request(request).catch((error: unknown) => {
      setText(this.notice, plain(error instanceof Error ? error.message : String(error)));
      setHidden(this.notice, false);
      clearTimeout(this.noticeTimer);
      this.noticeTimer = setTimeout(() => setHidden(this.notice, true), NOTICE_MS);
    });
  }
}
