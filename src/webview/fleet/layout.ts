/** Where the cells of the grid are, in CSS pixels. */
export interface GridLayout {
  readonly columns: number;
  readonly rows: number;
  /** From the start of one cell to the start of the next. */
  readonly pitch: number;
  readonly height: number;
}

const LARGEST = 24;
const SMALLEST = 7;
const TALLEST = 360;

/** The largest cells with which all of them are seen at once; where that cannot be, the smallest, and the grid is taller. */
export function layOut(count: number, width: number): GridLayout {
  let pitch = LARGEST;
  while (pitch > SMALLEST && Math.ceil(count / columnsAt(pitch, width)) * pitch > TALLEST) {
    pitch--;
  }
  const columns = columnsAt(pitch, width);
  const rows = Math.ceil(count / columns);
  return { columns, rows, pitch, height: rows * pitch };
}

function columnsAt(pitch: number, width: number): number {
  return Math.max(1, Math.floor(width / pitch));
}

/** The index of the cell at a place; `undefined` where there is none. */
export function cellAt({ columns, pitch }: GridLayout, count: number, x: number, y: number): number | undefined {
  const column = Math.floor(x / pitch);
  const index = Math.floor(y / pitch) * columns + column;
  return x < 0 || y < 0 || column >= columns || index >= count ? undefined : index;
}

/** Where a key leads from a cell; `undefined` for a key that leads nowhere. */
export function cellAfterKey(layout: GridLayout, count: number, from: number, key: string): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -layout.columns,
    ArrowDown: layout.columns,
    Home: -from,
    End: count - 1 - from,
  };
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (step === undefined || count === 0) {
    return undefined;
  }
  const to = from + step;
  return to < 0 || to >= count ? from : to;
}
