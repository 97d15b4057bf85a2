import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { HostEvent } from '../../test/vscode/hostRunner/report';
import { type Counts, type Failure, NO_COUNTS } from './counts';

const POLL_MS = 200;

/** When to give up waiting for a report. */
export interface ReportBounds {
  /** Without any event for this long. */
  readonly silenceMs: number;
  readonly signal?: AbortSignal;
}

/** Reads a report while it is being written, and hands over each event; ends after the last one. */
export async function followReport(
  file: string,
  onEvent: (event: HostEvent) => void,
  { silenceMs, signal }: ReportBounds,
): Promise<void> {
  let offset = 0;
  let lastEvent = Date.now();
  for (;;) {
    const chunk = await readLinesFrom(file, offset);
    offset += Buffer.byteLength(chunk);
    for (const line of chunk.split('\n').filter((each) => each !== '')) {
      const event: HostEvent = JSON.parse(line);
      onEvent(event);
      if (event.kind === 'end' || event.kind === 'crash') {
        return;
      }
    }
    if (chunk !== '') {
      lastEvent = Date.now();
    }
    signal?.throwIfAborted();
    if (Date.now() - lastEvent > silenceMs) {
      throw new Error(`the extension host has reported nothing for ${Math.round(silenceMs / 1000)} s`);
    }
    await delay(POLL_MS);
  }
}

/** Prints events as mocha does, and counts them. */
export class HostReportPrinter {
  private current: Counts = NO_COUNTS;
  private readonly failures: Failure[] = [];

  constructor(private readonly print: (line: string) => void) {}

  get counts(): Counts {
    return { ...this.current, failures: [...this.failures] };
  }

  readonly onEvent = (event: HostEvent): void => {
    switch (event.kind) {
      case 'suite':
        this.print(`${indent(event.depth)}${event.title}`);
        return;
      case 'pass':
        this.current = { ...this.current, passed: this.current.passed + 1 };
        this.print(`${indent(event.depth)}✓ ${event.title} (${event.ms} ms)`);
        return;
      case 'pending':
        this.current = { ...this.current, skipped: this.current.skipped + 1 };
        this.print(`${indent(event.depth)}- ${event.title}`);
        return;
      case 'fail':
        this.addFailure(event.title, event.error);
        this.print(`${indent(event.depth)}${this.failures.length}) ${event.title}`);
        return;
      case 'crash':
        this.addFailure('the run broke down', event.error);
        return;
      case 'end':
        return;
    }
  };

  /** Prints what failed, and why. */
  printFailures(): void {
    for (const [index, { test, reason }] of this.failures.entries()) {
      this.print(`\n${index + 1}) ${test}\n${reason}`);
    }
  }

  private addFailure(title: string, error: string): void {
    this.current = { ...this.current, failed: this.current.failed + 1 };
    this.failures.push({ test: title, reason: error });
  }
}

/** Reads whole lines only; one that is half written is left for the next time. */
async function readLinesFrom(file: string, offset: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) {
    return '';
  }
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, size - offset)), { position: offset });
    const wholeLines = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    return buffer.subarray(0, wholeLines).toString();
  } finally {
    await handle.close();
  }
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}
