/** The colours that stand for data, each by the name of its variable in the style sheet. */
export type DataColour =
  | 'l1'
  | 'l2'
  | 'stale'
  | 'miss'
  | 'bypass'
  | 'normal'
  | 'paused'
  | 'suspended'
  | 'restricted'
  | 'off'
  | 'step-1'
  | 'step-2'
  | 'step-3'
  | 'step-4'
  | 'step-5';

/** The colours of the moment, as VS Code and the style sheet give them. */
export interface Colours {
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly grid: string;
  readonly focus: string;
  readonly warning: string;
  readonly error: string;
  /** A CSS font for texts on a canvas. */
  readonly font: string;
  data(name: DataColour): string;
}
