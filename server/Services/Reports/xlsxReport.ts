import { Zip, ZipDeflate } from 'fflate';
import { dayNumber, dayStart } from '../CustomerScoring/utcDay.ts';
import type { Cell, Column, ColumnKind, ReportContent } from './reportContent.ts';
import { STATIC_PARTS, STYLE } from './xlsxParts.ts';

const ROWS_PER_PIECE = 500;
/** A sheet has no more. */
const MOST_ROWS = 1_048_576;
/** Excel counts days from the end of 1899 (as it takes 1900 for a leap year). */
const EPOCH_DAY = dayNumber(dayStart('1899-12-30'));

/**
 * A report as a workbook of one sheet (Office Open XML, ECMA-376), written as its rows come: memory does
 * not grow with them. The names of the columns stay in view.
 * @throws Error for more rows than a sheet has.
 */
export async function* xlsxReport(content: ReportContent): AsyncGenerator<Uint8Array> {
  const { columns, rows, totals } = content;
  const zipped: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    zipped.push(piece);
  });
  for (const [name, text] of STATIC_PARTS) partOf(zip, name).push(Buffer.from(text), true);
  const sheet = partOf(zip, 'xl/worksheets/sheet1.xml');
  sheet.push(Buffer.from(sheetHead(columns) + headRow(columns)));
  let piece = '';
  let number = 1;
  for await (const row of rows) {
    number += 1;
    if (number === MOST_ROWS) throw new Error(`A sheet has ${MOST_ROWS} rows: ask for CSV.`);
    piece += rowXml(number, row, columns, false);
    if (number % ROWS_PER_PIECE !== 0) continue;
    sheet.push(Buffer.from(piece));
    piece = '';
    yield* zipped.splice(0);
  }
  piece += `${rowXml(number + 1, totals, columns, true)}</sheetData></worksheet>`;
  sheet.push(Buffer.from(piece), true);
  zip.end();
  yield* zipped.splice(0);
}

function partOf(zip: Zip, name: string): ZipDeflate {
  const part = new ZipDeflate(name, { level: 6 });
  zip.add(part);
  return part;
}

function sheetHead(columns: readonly Column[]): string {
  const widths = columns
    .map(
      ({ width }, position) =>
        `<col min="${position + 1}" max="${position + 1}" width="${8 + 6 * width}" customWidth="1"/>`,
    )
    .join('');
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' +
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>' +
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
    `</sheetView></sheetViews><cols>${widths}</cols><sheetData>`
  );
}

function headRow(columns: readonly Column[]): string {
  const cells = columns.map(({ title }) => textCell(title, STYLE.head)).join('');
  return `<row r="1">${cells}</row>`;
}

function rowXml(
  number: number,
  row: readonly Cell[],
  columns: readonly Column[],
  isTotal: boolean,
): string {
  const cells = row.map((cell, position) =>
    cellXml(cell, columns[position]?.kind ?? 'text', isTotal),
  );
  return `<row r="${number}">${cells.join('')}</row>`;
}

function cellXml(cell: Cell, kind: ColumnKind, isTotal: boolean): string {
  if (cell === null) return '<c/>';
  if (typeof cell === 'number') {
    const style = kind === 'amount' ? STYLE.amount : STYLE.number;
    const value = kind === 'amount' ? cell / 100 : cell;
    return `<c s="${isTotal ? style + STYLE.boldOffset : style}"><v>${value}</v></c>`;
  }
  if (kind === 'day' && /^\d{4}-\d\d-\d\d$/.test(cell)) {
    return `<c s="${STYLE.day}"><v>${dayNumber(dayStart(cell)) - EPOCH_DAY}</v></c>`;
  }
  return textCell(cell, isTotal ? STYLE.head : STYLE.text);
}

function textCell(text: string, style: number): string {
  return `<c s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
}

/** What XML 1.0 cannot hold is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
