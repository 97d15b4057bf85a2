import { FleetCacheError } from '../base/errors';

/** A field of a CSV file, and where it begins; lines and columns are counted from 1, as editors show them. */
export interface CsvField {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** The text is not CSV from a place on. */
export class CsvError extends FleetCacheError {
  constructor(
    readonly line: number,
    readonly column: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads CSV as RFC 4180 has it: fields with commas, quotes or line breaks stand in quotes, and a quote in them is doubled. Lines
 * end in LF or CRLF; empty lines are passed over.
 *
 * @param delimiter one character; spreadsheets write `;` where the comma is for decimals.
 * @throws {CsvError}
 */
export function parseCsv(text: string, delimiter = ','): CsvField[][] {
  return new CsvParser(text, delimiter).parse();
}

class CsvParser {
  private position = 0;
  private line = 1;
  private lineStart = 0;

  constructor(
    private readonly text: string,
    private readonly delimiter: string,
  ) {}

  parse(): CsvField[][] {
    const records: CsvField[][] = [];
    while (this.position < this.text.length) {
      const record = this.record();
      if (record.length > 1 || record[0]?.text !== '') {
        records.push(record);
      }
    }
    return records;
  }

  private record(): CsvField[] {
    const fields = [this.field()];
    while (this.text[this.position] === this.delimiter) {
      this.position++;
      fields.push(this.field());
    }
    this.endLine();
    return fields;
  }

  private field(): CsvField {
    const start = { line: this.line, column: this.column(this.position) };
    const text = this.text[this.position] === '"' ? this.quoted(start) : this.bare();
    return { text, ...start };
  }

  private bare(): string {
    const start = this.position;
    while (!this.isAtEndOfField()) {
      if (this.text[this.position] === '"') {
        throw this.error('A quote may only stand in a field that is in quotes, and is doubled there ("").');
      }
      this.position++;
    }
    return this.text.slice(start, this.position);
  }

  private quoted(start: Omit<CsvField, 'text'>): string {
    let value = '';
    for (;;) {
      const from = this.position + 1;
      const to = this.text.indexOf('"', from);
      if (to === -1) {
        throw new CsvError(start.line, start.column, 'The quote that begins here is never closed.');
      }
      const piece = this.text.slice(from, to);
      this.countLines(piece, from);
      value += piece;
      this.position = to + 1;
      if (this.text[this.position] !== '"') {
        break;
      }
      value += '"';
    }
    if (!this.isAtEndOfField()) {
      throw this.error(`After a closing quote there has to be "${this.delimiter}" or the end of the line.`);
    }
    return value;
  }

  private isAtEndOfField(): boolean {
    const { text, position } = this;
    const character = text[position];
    return (
      character === undefined ||
      character === this.delimiter ||
      character === '\n' ||
      (character === '\r' && text[position + 1] === '\n')
    );
  }

  private endLine(): void {
    this.position += this.text[this.position] === '\r' ? 2 : 1;
    this.line++;
    this.lineStart = this.position;
  }

  /** Of a part of a quoted field that begins at `offset`. */
  private countLines(piece: string, offset: number): void {
    for (let at = piece.indexOf('\n'); at !== -1; at = piece.indexOf('\n', at + 1)) {
      this.line++;
      this.lineStart = offset + at + 1;
    }
  }

  private column(position: number): number {
    return position - this.lineStart + 1;
  }

  private error(message: string): CsvError {
    return new CsvError(this.line, this.column(this.position), message);
  }
}
