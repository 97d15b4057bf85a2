import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followReport, HostReportPrinter } from '../../../scripts/testing/hostReport';
import type { HostEvent } from '../../vscode/hostRunner/report';

/** Longer than any pause of a busy machine: what is reported is in the file already, or about to be. */
const PATIENCE_MS = 15_000;

let folder: string;
let file: string;
let lines: string[];
let printer: HostReportPrinter;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-cache-report-'));
  file = join(folder, 'report.jsonl');
  lines = [];
  printer = new HostReportPrinter((line) => lines.push(line));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const report = (event: HostEvent) => appendFile(file, `${JSON.stringify(event)}\n`);

describe('a report that is being written', () => {
  it('is printed as mocha prints, and counted', async () => {
    const following = followReport(file, printer.onEvent, { silenceMs: PATIENCE_MS });
    await report({ kind: 'suite', title: 'the tree', depth: 1 });
    await report({ kind: 'pass', title: 'is drawn', depth: 2, ms: 12 });
    await report({ kind: 'pending', title: 'grows', depth: 2 });
    await report({ kind: 'fail', title: 'shrinks – ümläut', depth: 2, error: 'Error: no' });
    await report({ kind: 'end' });
    await following;
    printer.printFailures();
    expect(lines).toEqual([
      '  the tree',
      '    ✓ is drawn (12 ms)',
      '    - grows',
      '    1) shrinks – ümläut',
      '\n1) shrinks – ümläut\nError: no',
    ]);
    expect(printer.counts).toMatchObject({ passed: 1, failed: 1, skipped: 1 });
  });

  it('is read in whole lines, however it is written', async () => {
    const text = `${JSON.stringify({ kind: 'pass', title: 'ä', depth: 1, ms: 1 })}\n{"kind":"end"}\n`;
    const bytes = Buffer.from(text);
    const middle = bytes.indexOf(0xc3) + 1;
    const following = followReport(file, printer.onEvent, { silenceMs: PATIENCE_MS });
    await appendFile(file, bytes.subarray(0, middle));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await appendFile(file, bytes.subarray(middle));
    await following;
    expect(lines).toEqual(['  ✓ ä (1 ms)']);
  });

  it('counts a breakdown as a failure', async () => {
    await report({ kind: 'crash', error: 'SyntaxError: x' });
    await followReport(file, printer.onEvent, { silenceMs: PATIENCE_MS });
    expect(printer.counts.failed).toBe(1);
  });

  it('is given up when nothing follows', async () => {
    await report({ kind: 'pass', title: 'a', depth: 1, ms: 1 });
    await expect(followReport(file, printer.onEvent, { silenceMs: 300 })).rejects.toThrow('has reported nothing');
    expect(printer.counts.passed).toBe(1);
  });

  it('is given up at once when VS Code has ended', async () => {
    const signal = AbortSignal.abort(new Error('VS Code ended with code 1'));
    await expect(followReport(file, printer.onEvent, { silenceMs: PATIENCE_MS, signal })).rejects.toThrow('code 1');
  });
});
