const SVG = 'http://www.w3.org/2000/svg';

/** Outlines on a field of 16 by 16. Each has a form of its own, so that none is told from another by its colour alone. */
const OUTLINES = {
  good: 'M3 8.5 6.5 12 13 4.5',
  warning: 'M8 2 14.5 13.5H1.5ZM8 6.5V9.5M8 11.2V12',
  error: 'M4 4 12 12M12 4 4 12',
  busy: 'M8 2.5A5.5 5.5 0 1 1 2.5 8M8 5V8L10 9.5',
} as const;

export type IconName = keyof typeof OUTLINES;

/** A picture that goes with a text which says the same. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', OUTLINES[name]);
  svg.append(path);
  return svg;
}
