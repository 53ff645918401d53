import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { csvReport } from './csvReport.ts';
import { pdfReport } from './pdfReport.ts';
import type { Cell, ReportContent } from './reportContent.ts';
import { xlsxReport } from './xlsxReport.ts';

async function* rowsOf(rows: readonly Cell[][]): AsyncGenerator<Cell[]> {
  yield* rows;
}

function report(rows: readonly Cell[][]): ReportContent {
  return {
    ...{ title: 'Ageing', subtitle: 'of a test', rowCount: rows.length, rows: rowsOf(rows) },
    columns: [
      { title: 'Invoice', kind: 'text', width: 2 },
      { title: 'Due', kind: 'day', width: 1 },
      { title: 'Days', kind: 'number', width: 1 },
      { title: 'Amount', kind: 'amount', width: 1 },
    ],
    chart: { title: 'Amounts', bars: [{ label: 'all', value: 1, text: '0.01' }] },
    totals: ['Total', null, null, 123_456],
  };
}

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

const ROWS: Cell[][] = [
  ['a "quoted", text', '2013-06-30', 7, 123_450],
  ['=HYPERLINK("x")', null, 0, 6],
];

it('CSV has quotes where they are needed, amounts as decimals, and no formulas', async () => {
  const text = (await bytesOf(csvReport(report(ROWS)))).toString();
  expect(text.split('\r\n')).toEqual([
    '\uFEFFInvoice,Due,Days,Amount',
    '"a ""quoted"", text",2013-06-30,7,1234.50',
    `"'=HYPERLINK(""x"")",,0,0.06`,
    'Total,,,1234.56',
    '',
  ]);
});

it('XLSX has texts as they are, and days and amounts as numbers of their format', async () => {
  const texts = [['<&> \u0001 ü', '2013-06-30', 7, 123_450]];
  const parts = unzipSync(await bytesOf(xlsxReport(report(texts))));
  expect(Object.keys(parts)).toContain('[Content_Types].xml');
  const sheet = Buffer.from(parts['xl/worksheets/sheet1.xml'] ?? []).toString();
  expect(sheet).toContain('<t xml:space="preserve">&lt;&amp;&gt;  ü</t>');
  expect(sheet).toContain(
    '<c s="4"><v>41455</v></c><c s="2"><v>7</v></c><c s="3"><v>1234.5</v></c>',
  );
  expect(sheet).toMatch(/<c s="6"><v>1234\.56<\/v><\/c><\/row><\/sheetData><\/worksheet>$/);
});

it('PDF begins another page for what does not fit', async () => {
  const rows = Array.from({ length: 100 }, (_, at): Cell[] => [`I-${at}`, null, at, at]);
  const pdf = (await bytesOf(pdfReport(report(rows)))).toString('latin1');
  expect(pdf.startsWith('%PDF-1.')).toBe(true);
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(3);
});

it.each([
  ['csv', csvReport, 100_000],
  ['xlsx', xlsxReport, 100_000],
  ['pdf', pdfReport, 10_000],
] as const)(
  '%s takes no memory that grows with its rows',
  async (_format, write, rowCount) => {
    async function* many(): AsyncGenerator<Cell[]> {
      for (let row = 0; row < rowCount; row += 1) yield [`INV-${row}`, '2013-06-30', row % 90, row];
    }
    let bytes = 0;
    let most = 0;
    let pieces = 0;
    const before = process.memoryUsage().rss;
    for await (const piece of write({ ...report([]), rowCount, rows: many() })) {
      bytes += piece.length;
      pieces += 1;
      if (pieces % 50 === 0) most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(bytes).toBeGreaterThan(400_000);
    expect(most).toBeLessThan(150_000_000);
  },
  60_000,
);

it('a report whose rows fail fails, and does not end as if it were whole', async () => {
  async function* failing(): AsyncGenerator<Cell[]> {
    yield ['INV-1', null, 1, 1];
    throw new Error('the database is gone');
  }
  for (const write of [csvReport, xlsxReport, pdfReport]) {
    const content = { ...report([]), rows: failing() };
    await expect(bytesOf(write(content))).rejects.toThrow('the database is gone');
  }
});
