import { type Disposable, toDisposable } from './lifecycle';

/** Registers a listener; dispose the result to remove it. The shape is that of VS Code's own events. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The owner's side of an {@link Event}. A listener that throws does not keep the others from being called. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private readonly onListenerError: (error: unknown) => void = () => {}) {}

  readonly event: Event<T> = (listener) => {
    // Wrapped, so that the same function registered twice is two registrations.
    const registration = (value: T) => listener(value);
    this.listeners.add(registration);
    return toDisposable(() => this.listeners.delete(registration));
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
