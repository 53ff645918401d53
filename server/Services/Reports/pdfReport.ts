import PDFDocument from 'pdfkit';
import { formatCents } from '../Commerce/amounts.ts';
import { drawBarChart } from './pdfBarChart.ts';
import { INK, MUTED, RULE, STRIPE } from './pdfColours.ts';
import type { Cell, Column, ReportContent } from './reportContent.ts';

const MARGIN = 48;
const ROW_HEIGHT = 16;
const FONT_SIZE = 9;
const CHART_HEIGHT = 190;
/** Bytes that wait to be read before the next rows are laid out. */
const HIGH_WATER = 1_000_000;

type Pdf = InstanceType<typeof PDFDocument>;

/** A report as a PDF of A4 pages: a chart, then the table, laid out as its rows come. */
export function pdfReport(content: ReportContent): Pdf {
  const { title, subtitle } = content;
  const pdf = new PDFDocument({
    ...{ size: 'A4', margin: MARGIN, info: { Title: `${title}, ${subtitle}` } },
    autoFirstPage: false,
  });
  write(pdf, content).then(
    () => pdf.end(),
    (error: Error) => pdf.destroy(error),
  );
  return pdf;
}

async function write(pdf: Pdf, content: ReportContent): Promise<void> {
  const { title, subtitle, columns, chart, rows, totals } = content;
  const table = new Table(pdf, columns, `${title}, ${subtitle}`);
  table.addPage();
  pdf.font('Helvetica-Bold').fontSize(20).fillColor(INK).text(title, MARGIN, MARGIN);
  pdf
    .font('Helvetica')
    .fontSize(11)
    .fillColor(MUTED)
    .text(subtitle, MARGIN, MARGIN + 26);
  const top = MARGIN + 56;
  drawBarChart(pdf, chart, { x: MARGIN, y: top, width: table.width, height: CHART_HEIGHT });
  table.begin(top + CHART_HEIGHT + 24);
  let count = 0;
  for await (const row of rows) {
    table.addRow(row);
    count += 1;
    if (count % 100 === 0) await whenRead(pdf);
  }
  table.addTotals(totals);
}

/** Waits until the reader has taken most of what is laid out. */
async function whenRead(pdf: Pdf): Promise<void> {
  while (pdf.readableLength > HIGH_WATER && !pdf.destroyed) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The table of a report, over as many pages as it needs, each with its head and number. */
class Table {
  readonly width: number;
  readonly #pdf: Pdf;
  readonly #columns: readonly (Column & { x: number; points: number })[];
  readonly #footer: string;
  #page = 0;
  #y = 0;
  #rows = 0;

  constructor(pdf: Pdf, columns: readonly Column[], footer: string) {
    this.#pdf = pdf;
    this.#footer = footer;
    this.width = 595.28 - 2 * MARGIN;
    const whole = columns.reduce((sum, { width }) => sum + width, 0);
    let x = MARGIN;
    this.#columns = columns.map((column) => {
      const points = (column.width / whole) * this.width;
      const placed = { ...column, x, points };
      x += points;
      return placed;
    });
  }

  addPage(): void {
    this.#pdf.addPage();
    this.#page += 1;
    const y = this.#pdf.page.height - MARGIN + 14;
    // Below the margin PDFKit would begin another page.
    this.#pdf.page.margins.bottom = 0;
    this.#pdf.font('Helvetica').fontSize(8).fillColor(MUTED);
    this.#pdf.text(this.#footer, MARGIN, y, { width: this.width - 60, lineBreak: false });
    this.#pdf.text(`Page ${this.#page}`, MARGIN, y, { width: this.width, align: 'right' });
  }

  begin(y: number): void {
    this.#y = y;
    this.#pdf.font('Helvetica-Bold').fontSize(FONT_SIZE).fillColor(INK);
    for (const { title, kind, x, points } of this.#columns) this.#put(title, kind, x, points);
    this.#y += ROW_HEIGHT;
    this.#rule();
    this.#pdf.font('Helvetica').fontSize(FONT_SIZE);
  }

  addRow(row: readonly Cell[]): void {
    this.#makeRoom();
    this.#rows += 1;
    if (this.#rows % 2 === 0) {
      this.#pdf.rect(MARGIN, this.#y, this.width, ROW_HEIGHT).fill(STRIPE);
    }
    this.#cells(row);
  }

  addTotals(totals: readonly Cell[]): void {
    this.#makeRoom();
    this.#rule();
    this.#pdf.font('Helvetica-Bold').fontSize(FONT_SIZE);
    this.#cells(totals);
  }

  /** Begins another page where a row would run into the foot of this one. */
  #makeRoom(): void {
    if (this.#y + ROW_HEIGHT <= this.#pdf.page.height - MARGIN - 6) return;
    this.addPage();
    this.begin(MARGIN);
  }

  #cells(row: readonly Cell[]): void {
    this.#pdf.fillColor(INK);
    for (const [position, { kind, x, points }] of this.#columns.entries()) {
      this.#put(shown(row[position] ?? null, kind), kind, x, points);
    }
    this.#y += ROW_HEIGHT;
  }

  #put(text: string, kind: Column['kind'], x: number, points: number): void {
    const isNumber = kind === 'amount' || kind === 'number';
    this.#pdf.text(text, x + 3, this.#y + 4, {
      ...{ width: points - 6, height: FONT_SIZE, ellipsis: true, lineBreak: false },
      align: isNumber ? 'right' : 'left',
    });
  }

  #rule(): void {
    this.#pdf
      .moveTo(MARGIN, this.#y)
      .lineTo(MARGIN + this.width, this.#y)
      .lineWidth(0.7)
      .stroke(RULE);
  }
}

function shown(cell: Cell, kind: Column['kind']): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  return kind === 'amount' ? grouped(formatCents(cell)) : String(cell);
}

/** Thousands apart, as people read amounts. */
function grouped(amount: string): string {
  return amount.replace(/\B(?=(\d{3})+\.)/g, ',');
}
