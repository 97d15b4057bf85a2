import type { Colours } from './colours';

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
  // A grid asks for thousands, and the browser computes each.
  const known = new Map<string, string>();
  const data = (name: string) => {
    const colour = known.get(name) ?? read(`--fc-${name}`);
    known.set(name, colour);
    return colour;
  };
  return {
    foreground: read('--fc-foreground'),
    muted: read('--fc-muted'),
    background: read('--fc-background'),
    grid: read('--fc-grid'),
    focus: read('--fc-focus'),
    warning: read('--fc-warning'),
    error: read('--fc-error'),
    font: `11px ${style.fontFamily}`,
    data,
  };
}
