import { StoreError } from '../cache/store';
import { explainFailure, isNotConnected } from './failures';

/** Explains failures of one Redis, by the cause that was met last where a failure itself does not tell. */
export class FailureCauses {
  private last: unknown;

  constructor(
    private readonly address: string,
    private readonly commandTimeoutMs: number,
  ) {}

  get isKnown(): boolean {
    return this.last !== undefined;
  }

  /** Keeps what explains the state best: that a command found no connection says less than why there is none. */
  note(error: unknown): void {
    if (!isNotConnected(error)) {
      this.last = error;
    }
  }

  clear(): void {
    this.last = undefined;
  }

  /** One sentence for people. */
  explain(error: unknown = this.last): string {
    return explainFailure(error, this.last, this.address, this.commandTimeoutMs);
  }

  toStoreError(error: unknown): StoreError {
    return new StoreError(this.explain(error), { cause: error });
  }
}
