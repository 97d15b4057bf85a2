/** Something that holds a resource (a listener, a timer, a connection) until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/** A {@link Disposable} that runs `release` once. */
export function toDisposable(release: () => void): Disposable {
  let released = false;
  return {
    dispose() {
      if (released) {
        return;
      }
      released = true;
      release();
    },
  };
}

/** Owns disposables and releases them together, the last one added first. What is added after disposal is disposed at once. */
export class DisposableStore implements Disposable {
  private readonly items = new Set<Disposable>();
  private disposed = false;

  get isDisposed(): boolean {
    return this.disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.disposed) {
      item.dispose();
    } else {
      this.items.add(item);
    }
    return item;
  }

  /** Disposes one item now and forgets it. */
  release(item: Disposable): void {
    this.items.delete(item);
    item.dispose();
  }

  dispose(): void {
    this.disposed = true;
    const items = [...this.items].reverse();
    this.items.clear();
    for (const item of items) {
      item.dispose();
    }
  }
}
