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
  readonly line: string;
  readonly focus: string;
  readonly warning: string;
  readonly error: string;
  /** A CSS font for texts on a canvas. */
  readonly font: string;
  data(name: DataColour): string;
}

/** Reads the colours, and tells when VS Code changed its theme: it does so by the classes and variables of the page. */
export class Theme {
  private current: Colours | undefined;
  private readonly observer: MutationObserver;

  constructor(onDidChange: () => void) {
    this.observer = new MutationObserver(() => {
      this.current = undefined;
      onDidChange();
    });
    this.observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    this.observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  }

  get colours(): Colours {
    this.current ??= readColours();
    return this.current;
  }

  dispose(): void {
    this.observer.disconnect();
  }
}

function readColours(): Colours {
  const style = getComputedStyle(document.body);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    foreground: read('--fc-foreground'),
    muted: read('--fc-muted'),
    background: read('--fc-background'),
    line: read('--fc-line'),
    focus: read('--fc-focus'),
    warning: read('--fc-warning'),
    error: read('--fc-error'),
    font: `11px ${style.fontFamily}`,
    data: (name) => read(`--fc-${name}`),
  };
}
