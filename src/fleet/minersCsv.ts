import { CsvError, type CsvField, parseCsv } from './csv';
import type { InventoryProblem } from './inventory';
import type { MinerEntry } from './inventoryEdit';
import { parseInventory } from './inventoryParser';

/** What is wrong in a CSV file; lines and columns are counted from 1. */
export interface CsvProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface MinersCsv {
  /** The miners of the lines that are right, in their order. */
  readonly entries: readonly MinerEntry[];
  readonly problems: readonly CsvProblem[];
}

const COLUMNS = ['id', 'host', 'port', 'tenant', 'tags', 'tls', 'credentials'] as const;
type Column = (typeof COLUMNS)[number];

const HEADER = COLUMNS.join(',');
const LOGIN_COLUMNS = ['username', 'user', 'password', 'token'];
const YES = ['true', 'yes', '1'];
const NO = ['false', 'no', '0'];

/** A line of the file as an entry of the inventory, and as the text by which that is checked. */
interface Row {
  readonly entry: MinerEntry;
  readonly line: number;
  readonly text: string;
  /** Where the fields stand in {@link text}, and in the file. */
  readonly places: readonly { readonly from: number; readonly to: number; readonly field: CsvField }[];
}

/**
 * Reads a list of miners with a header, of which `id` and `host` are needed. Several tags stand in one field, with `;` or spaces between
 * them. What holds for `fleet.json` holds for each line; a line with an error is left out.
 */
export function readMinersCsv(text: string): MinersCsv {
  // Spreadsheets begin a file with a byte order mark.
  const content = text.replace(/^\uFEFF/, '');
  const [firstLine = ''] = content.split('\n', 1);
  const delimiter = firstLine.includes(';') && !firstLine.includes(',') ? ';' : ',';
  try {
    const [header, ...records] = parseCsv(content, delimiter);
    if (header === undefined) {
      return failed(1, 1, `The file is empty. Its first line has to be a header such as ${HEADER}.`);
    }
    const { columns, problems } = readHeader(header);
    return problems.length > 0 ? { entries: [], problems } : readRecords(records, columns);
  } catch (error) {
    if (error instanceof CsvError) {
      return failed(error.line, error.column, error.message);
    }
    throw error;
  }
}

function failed(line: number, column: number, message: string): MinersCsv {
  return { entries: [], problems: [{ line, column, message }] };
}

function readHeader(header: readonly CsvField[]): { columns: readonly Column[]; problems: readonly CsvProblem[] } {
  const problems: CsvProblem[] = [];
  const columns: Column[] = [];
  for (const { text, line, column } of header) {
    const name = text.trim().toLowerCase();
    if (LOGIN_COLUMNS.includes(name)) {
      const message = `Logins are not imported: the column "${name}" has to go. Name a login under credentials, and set it with “Fleet Cache: Set Miner Login…”.`;
      problems.push({ line, column, message });
    } else if (!isColumn(name)) {
      problems.push({ line, column, message: `There is no column "${text}". Columns are: ${HEADER}.` });
    } else if (columns.includes(name)) {
      problems.push({ line, column, message: `The column "${name}" stands twice.` });
    } else {
      columns.push(name);
    }
  }
  for (const needed of ['id', 'host'] as const) {
    if (problems.length === 0 && !columns.includes(needed)) {
      problems.push({
        line: 1,
        column: 1,
        message: `There is no column "${needed}". The header is such as ${HEADER}.`,
      });
    }
  }
  return { columns, problems };
}

function readRecords(records: readonly (readonly CsvField[])[], columns: readonly Column[]): MinersCsv {
  const problems: CsvProblem[] = [];
  const rows: Row[] = [];
  for (const record of records) {
    const [{ line, column }] = record as [CsvField];
    if (record.length === columns.length) {
      rows.push(toRow(record, columns));
    } else {
      const message = `This line has ${record.length} fields; the header has ${columns.length}. A field with a comma stands in quotes.`;
      problems.push({ line, column, message });
    }
  }
  // Each row on the line that it has in the file, so that the inventory's own messages name the right one.
  const lines = ['{"miners": ['];
  for (const [index, { line, text }] of rows.entries()) {
    lines.push(...Array.from({ length: line - 1 - lines.length }, () => ''), `${index === 0 ? '' : ','}${text}`);
  }
  const checked = parseInventory([...lines, ']}'].join('\n'), Number.POSITIVE_INFINITY);
  const byLine = new Map(rows.map((row, index) => [row.line, { row, shift: index === 0 ? 0 : 1 }]));
  const wrong = new Set<number>();
  for (const problem of checked.problems) {
    const found = byLine.get(problem.start.line + 1);
    wrong.add(problem.start.line + 1);
    problems.push(toCsvProblem(problem, found?.row, found?.shift ?? 0));
  }
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { entries: rows.filter(({ line }) => !wrong.has(line)).map(({ entry }) => entry), problems };
}

function toRow(record: readonly CsvField[], columns: readonly Column[]): Row {
  const [{ line }] = record as [CsvField];
  const places: Row['places'][number][] = [];
  const values: [Column, unknown][] = [];
  let text = '{';
  for (const [index, name] of columns.entries()) {
    const field = record[index] as CsvField;
    const value = meaningOf(name, field.text.trim());
    if (value !== undefined) {
      const from = text.length;
      text += `${values.length === 0 ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
      places.push({ from, to: text.length, field });
      values.push([name, value]);
    }
  }
  return { entry: Object.fromEntries(values) as unknown as MinerEntry, line, text: `${text}}`, places };
}

/** What a field means; what it cannot mean stays as it is, for the inventory's parser to complain of. */
function meaningOf(name: Column, text: string): unknown {
  if (text === '') {
    return undefined;
  }
  switch (name) {
    case 'port':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'tls':
      return YES.includes(text.toLowerCase()) ? true : NO.includes(text.toLowerCase()) ? false : text;
    case 'tags':
      return text.split(/[;,\s]+/).filter((tag) => tag !== '');
    default:
      return text;
  }
}

function toCsvProblem({ message, start }: InventoryProblem, row: Row | undefined, shift: number): CsvProblem {
  const line = start.line + 1;
  const column = start.column - shift;
  const place = row?.places.find(({ from, to }) => column >= from && column < to);
  const field = place?.field;
  return { line: field?.line ?? line, column: field?.column ?? 1, message };
}

function isColumn(name: string): name is Column {
  return (COLUMNS as readonly string[]).includes(name);
}
