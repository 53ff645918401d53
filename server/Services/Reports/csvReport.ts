import { formatCents } from '../Commerce/amounts.ts';
import type { Cell, ColumnKind, ReportContent } from './reportContent.ts';

/** Rows that are written as one piece. */
const ROWS_PER_PIECE = 500;

/**
 * A report as CSV (RFC 4180): UTF-8 with a byte order mark, without which spreadsheets take it for
 * another encoding. A text that a spreadsheet would take for a formula has an apostrophe before it.
 */
export async function* csvReport({ columns, rows, totals }: ReportContent): AsyncGenerator<Buffer> {
  const kinds = columns.map(({ kind }) => kind);
  const head = columns.map(({ title }) => field(title)).join(',');
  let piece = `\uFEFF${head}\r\n`;
  let count = 0;
  for await (const row of rows) {
    piece += csvLine(row, kinds);
    count += 1;
    if (count % ROWS_PER_PIECE !== 0) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece + csvLine(totals, kinds));
}

function csvLine(row: readonly Cell[], kinds: readonly ColumnKind[]): string {
  const fields = row.map((cell, position) => {
    if (cell === null) return '';
    if (typeof cell === 'string') return field(cell);
    return kinds[position] === 'amount' ? formatCents(cell) : String(cell);
  });
  return `${fields.join(',')}\r\n`;
}

function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
