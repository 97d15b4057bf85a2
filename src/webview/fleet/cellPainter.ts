import type { Colours } from '../colours';
import type { Glyph, Look } from './modes';

/** Draws one cell with its upper left corner at a place. */
export function paintCell(
  ink: CanvasRenderingContext2D,
  look: Look,
  x: number,
  y: number,
  size: number,
  colours: Colours,
): void {
  const colour = colours.data(look.colour);
  if (look.isHollow) {
    ink.strokeStyle = colour;
    ink.lineWidth = 1;
    ink.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
  } else {
    ink.fillStyle = colour;
    ink.fillRect(x, y, size, size);
  }
  if (look.glyph !== 'none') {
    ink.strokeStyle = ink.fillStyle = look.isHollow ? colour : colours.background;
    ink.lineWidth = Math.max(1.25, size / 9);
    paintGlyph(ink, look.glyph, x, y, size);
  }
}

function paintGlyph(
  ink: CanvasRenderingContext2D,
  glyph: Exclude<Glyph, 'none'>,
  x: number,
  y: number,
  size: number,
): void {
  const [left, middle, right] = [x + size * 0.25, x + size / 2, x + size * 0.75];
  const [top, centre, bottom] = [y + size * 0.25, y + size / 2, y + size * 0.75];
  ink.beginPath();
  switch (glyph) {
    case 'cross':
      ink.moveTo(left, top);
      ink.lineTo(right, bottom);
      ink.moveTo(right, top);
      ink.lineTo(left, bottom);
      break;
    case 'bars':
      ink.moveTo(x + size * 0.36, top);
      ink.lineTo(x + size * 0.36, bottom);
      ink.moveTo(x + size * 0.64, top);
      ink.lineTo(x + size * 0.64, bottom);
      break;
    case 'slash':
      ink.moveTo(left, bottom);
      ink.lineTo(right, top);
      break;
    case 'bang':
      ink.moveTo(middle, y + size * 0.2);
      ink.lineTo(middle, y + size * 0.58);
      ink.moveTo(middle, y + size * 0.68);
      ink.lineTo(middle, y + size * 0.82);
      break;
    case 'question':
      ink.arc(middle, y + size * 0.4, size * 0.16, Math.PI, Math.PI * 2.5);
      ink.lineTo(middle, y + size * 0.65);
      ink.moveTo(middle, y + size * 0.72);
      ink.lineTo(middle, y + size * 0.82);
      break;
    case 'dot':
      ink.arc(middle, centre, size * 0.18, 0, Math.PI * 2);
      ink.fill();
      return;
  }
  ink.stroke();
}
