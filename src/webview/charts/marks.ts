import type uPlot from 'uplot';
import type { Colours } from '../colours';
import { patternFill } from './patterns';
import type { Piece, Span } from './timeline';

const MARK_SIZE = 5;

/** Hatches what is not known, and tints what was while Redis was away. */
export function drawGround(plot: uPlot, pieces: readonly Piece[], colours: Colours): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const piece of pieces) {
    if (piece.kind === 'gap') {
      ctx.globalAlpha = 0.3;
      fill(plot, piece.from, piece.to, patternFill(ctx, 'falling', colours.muted));
      ctx.globalAlpha = 1;
      label(plot, piece.from, piece.to, 'no data', colours);
    } else if (piece.span.redisWasDown) {
      ctx.globalAlpha = 0.15;
      fill(plot, piece.span.at - piece.span.spanMs, piece.span.at, colours.error);
    }
  }
  ctx.restore();
}

/** A line across the chart where the figures should be at least; the legend says what it is. */
export function drawTarget(plot: uPlot, target: number, colours: Colours): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(target, 'y', true));
  ctx.save();
  ctx.strokeStyle = colours.warning;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** Triangles on the time axis: one that points up for invalidations, and one that points down for evictions. */
export function drawMarks(plot: uPlot, spans: readonly Span[], colours: Colours): void {
  const { ctx, bbox } = plot;
  const size = MARK_SIZE * devicePixelRatio;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  for (const span of spans) {
    const x = plot.valToPos(span.at, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) {
      continue;
    }
    if (span.invalidations > 0) {
      triangle(ctx, x, bottom - size * 1.6, bottom, size, colours.foreground);
    }
    if (span.evictions > 0) {
      triangle(ctx, x, bbox.top + size * 1.6, bbox.top, size, colours.error);
    }
  }
  ctx.restore();
}

function triangle(
  ctx: CanvasRenderingContext2D,
  x: number,
  tip: number,
  base: number,
  size: number,
  colour: string,
): void {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x, tip);
  ctx.lineTo(x + size, base);
  ctx.lineTo(x - size, base);
  ctx.closePath();
  ctx.fill();
}

function fill(plot: uPlot, from: number, to: number, style: string | CanvasPattern): void {
  const left = plot.valToPos(from, 'x', true);
  plot.ctx.fillStyle = style;
  plot.ctx.fillRect(left, plot.bbox.top, plot.valToPos(to, 'x', true) - left, plot.bbox.height);
}

function label(plot: uPlot, from: number, to: number, text: string, colours: Colours): void {
  const { ctx, bbox } = plot;
  const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
  const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
  setFont(plot, colours);
  const { width } = ctx.measureText(text);
  const padding = 4 * devicePixelRatio;
  if (right - left < width + 2 * padding) {
    return;
  }
  const middle = (left + right) / 2;
  const y = bbox.top + bbox.height / 2;
  ctx.fillStyle = colours.background;
  ctx.fillRect(middle - width / 2 - padding, y - 8 * devicePixelRatio, width + 2 * padding, 16 * devicePixelRatio);
  ctx.fillStyle = colours.muted;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.fillText(text, middle, y);
}

function setFont({ ctx }: uPlot, colours: Colours): void {
  ctx.font = colours.font.replace('11px', `${11 * devicePixelRatio}px`);
  ctx.fillStyle = colours.muted;
}
