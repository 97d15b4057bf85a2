import type { Availability, DashboardCommand } from '../protocol/dashboard';
import { button, el, setHidden, setText } from './dom';
import { plain } from './text';

/** Tells why there is nothing to show, and what leads out of it. */
export class AvailabilityView {
  readonly root: HTMLElement;
  /** The only live region of the page: whatever else changes does so all the time. */
  private readonly message = el('p', {
    class: 'availability-text',
    attributes: { role: 'status', 'aria-live': 'polite' },
  });
  private readonly ways: HTMLElement;

  constructor(run: (command: DashboardCommand) => void) {
    this.ways = el('div', { class: 'tools' }, [
      button('Start Demo Fleet', () => run('startDemo')),
      button('Show Log', () => run('showLog'), { class: 'secondary' }),
    ]);
    this.root = el('div', { class: 'availability' }, [this.message, this.ways]);
    this.update(undefined);
  }

  /** `undefined` until the host has spoken. */
  update(availability: Availability | undefined): void {
    const isRunning = availability?.state === 'running';
    this.root.classList.toggle('is-running', isRunning);
    setHidden(this.ways, availability?.state !== 'unavailable');
    setText(
      this.message,
      isRunning ? '' : availability === undefined ? 'Loading …' : plain(availability.reason, 1_000),
    );
  }
}
