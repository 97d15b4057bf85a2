import type uPlot from 'uplot';
import type { Colours } from '../colours';

/** An axis in the page's own colours, without ticks: what all charts have in common. */
export function quietAxis({ muted, font, grid }: Colours): uPlot.Axis {
  return { stroke: muted, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
}
