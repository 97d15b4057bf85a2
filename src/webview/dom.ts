export interface ElementOptions {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Makes an element. Texts are set as text, never read as HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (options.class !== undefined) {
    element.className = options.class;
  }
  if (options.text !== undefined) {
    element.textContent = options.text;
  }
  if (options.title !== undefined) {
    element.title = options.title;
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function button(label: string, onClick: () => void, options: ElementOptions = {}): HTMLButtonElement {
  const element = el('button', { text: label, ...options, attributes: { type: 'button', ...options.attributes } });
  element.addEventListener('click', onClick);
  return element;
}

/** A button that is either in or out. */
export function toggle(label: string, isOn: boolean, onChange: (isOn: boolean) => void): HTMLButtonElement {
  const element = button(
    label,
    () => {
      const next = element.getAttribute('aria-pressed') !== 'true';
      setPressed(element, next);
      onChange(next);
    },
    { class: 'toggle' },
  );
  setPressed(element, isOn);
  return element;
}

export function setPressed(element: HTMLElement, isPressed: boolean): void {
  setAttribute(element, 'aria-pressed', String(isPressed));
}

/** A region of the page with its heading; `tools` stand beside the heading. */
export function section(id: string, heading: string, tools: readonly Node[], body: readonly Node[]): HTMLElement {
  const title = el('h2', { text: heading, attributes: { id: `${id}-heading` } });
  return el('section', { class: `section ${id}`, attributes: { 'aria-labelledby': `${id}-heading` } }, [
    el('header', { class: 'section-head' }, [title, el('div', { class: 'tools' }, tools)]),
    ...body,
  ]);
}

/** Only what differs is written: each write costs the browser a layout. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

export function setHidden(element: HTMLElement, isHidden: boolean): void {
  if (element.hidden !== isHidden) {
    element.hidden = isHidden;
  }
}

/** A table row of texts; the first one is the row's heading. */
export function tableRow([heading = '', ...cells]: readonly string[]): HTMLTableRowElement {
  return el('tr', {}, [
    el('th', { text: heading, attributes: { scope: 'row' } }),
    ...cells.map((text) => el('td', { text })),
  ]);
}

export function tableHead(columns: readonly string[]): HTMLTableSectionElement {
  const cells = columns.map((text) => el('th', { text, attributes: { scope: 'col' } }));
  return el('thead', {}, [el('tr', {}, cells)]);
}
