import type uPlot from 'uplot';
import type { ChartSpec } from './specs';

const HEADROOM = 1.1;
const SHARE_STEP = 0.25;
/** What is shorter is drawn as this, in ms: a logarithm has no zero. */
const SHORTEST_MS = 0.01;
const BYTE_STEPS = Array.from({ length: 45 }, (_, power) => 2 ** power);

/** The values' scale of a chart; `target` is seen even if all values are far above it. */
export function valueScale({ scale }: ChartSpec, target: () => number | undefined): uPlot.Scale {
  switch (scale) {
    case 'share':
      return {
        range: (_, min) => {
          const lowest = Math.min(min ?? 1, target() ?? 1);
          return [Math.max(0, Math.floor((lowest - 0.05) / SHARE_STEP) * SHARE_STEP), 1];
        },
      };
    case 'logarithmic':
      return {
        distr: 3,
        range: (_, min, max) => [
          10 ** Math.floor(Math.log10(Math.max(min ?? 1, SHORTEST_MS))),
          10 ** Math.ceil(Math.log10(Math.max((max ?? 1) * HEADROOM, SHORTEST_MS * 10))),
        ],
      };
    default:
      return { range: (_, __, max) => [0, max > 0 ? max * HEADROOM : 1] };
  }
}

/** Texts and steps of the values' axis. */
export function valueAxis({ scale, axis }: ChartSpec): Pick<uPlot.Axis, 'values' | 'incrs' | 'splits'> {
  // Of a logarithmic axis uPlot leaves out the texts that have no room, and hands over nothing in their places.
  const values: uPlot.Axis.Values = (_, all: readonly (number | null)[]) =>
    all.map((value) => (value === null ? null : axis(value)));
  switch (scale) {
    case 'logarithmic':
      return { values, splits: (_, __, min, max) => powersOfTen(min, max) };
    case 'bytes':
      return { values, incrs: BYTE_STEPS };
    default:
      return { values };
  }
}

/** As it is drawn. */
export function drawable(scale: ChartSpec['scale'], value: number | null): number | null {
  return scale === 'logarithmic' && value !== null ? Math.max(value, SHORTEST_MS) : value;
}

function powersOfTen(min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min));
  const last = Math.floor(Math.log10(max));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}
