import type { Pattern } from './specs';

const SIZE = 6;
/** What lies under the lines of a pattern, so that layers stay apart. */
const GROUND_ALPHA = 0.35;

/** The patterns of one canvas, each made once: making one takes as long as drawing a chart. */
export class Patterns {
  private readonly made = new Map<string, string | CanvasPattern>();

  constructor(private readonly context: CanvasRenderingContext2D) {}

  /** A colour in a pattern, to be filled with. */
  fill(pattern: Pattern, colour: string): string | CanvasPattern {
    const key = `${pattern} ${colour} ${devicePixelRatio}`;
    const fill = this.made.get(key) ?? patternFill(this.context, pattern, colour);
    this.made.set(key, fill);
    return fill;
  }
}

/** A colour in a pattern, to be filled with on `context`. */
export function patternFill(
  context: CanvasRenderingContext2D,
  pattern: Pattern,
  colour: string,
): string | CanvasPattern {
  if (pattern === 'solid') {
    return colour;
  }
  const scale = Math.max(1, Math.round(devicePixelRatio));
  const tile = document.createElement('canvas');
  tile.width = tile.height = SIZE * scale;
  const ink = tile.getContext('2d');
  if (ink === null) {
    return colour;
  }
  ink.scale(scale, scale);
  ink.fillStyle = ink.strokeStyle = colour;
  ink.globalAlpha = GROUND_ALPHA;
  ink.fillRect(0, 0, SIZE, SIZE);
  ink.globalAlpha = 1;
  ink.beginPath();
  draw(ink, pattern);
  ink.stroke();
  return context.createPattern(tile, 'repeat') ?? colour;
}

function draw(ink: CanvasRenderingContext2D, pattern: Exclude<Pattern, 'solid'>): void {
  const rising = () => {
    // Three strokes, so that the corners of neighbouring tiles meet.
    for (const offset of [-SIZE, 0, SIZE]) {
      ink.moveTo(offset - 1, SIZE + 1);
      ink.lineTo(offset + SIZE + 1, -1);
    }
  };
  const falling = () => {
    for (const offset of [-SIZE, 0, SIZE]) {
      ink.moveTo(offset - 1, -1);
      ink.lineTo(offset + SIZE + 1, SIZE + 1);
    }
  };
  switch (pattern) {
    case 'rising':
      rising();
      return;
    case 'falling':
      falling();
      return;
    case 'crossed':
      rising();
      falling();
      return;
    case 'level':
      ink.moveTo(0, SIZE / 2);
      ink.lineTo(SIZE, SIZE / 2);
      return;
    case 'dots':
      ink.fillRect(1, 1, 2, 2);
      ink.fillRect(4, 4, 2, 2);
  }
}
