import type { BenchmarkUnit } from '../../protocol/benchmark';

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** A figure on an axis. */
export function tick(value: number, unit: BenchmarkUnit): string {
  if (unit !== 'ms') {
    return COMPACT.format(value);
  }
  if (value === 0) {
    return '0';
  }
  if (value < 0.001) {
    return `${NUMBER.format(value * 1e6)} ns`;
  }
  return value < 1 ? `${NUMBER.format(value * 1e3)} µs` : `${NUMBER.format(value)} ms`;
}
