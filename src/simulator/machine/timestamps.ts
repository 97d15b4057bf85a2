import type { WireTimestamp } from '../../braiins/proto/wire/units';

/** @param time ms since the Unix epoch */
export function wireTimestamp(time: number): WireTimestamp {
  return { seconds: Math.floor(time / 1_000), nanos: Math.floor(time % 1_000) * 1_000_000 };
}
