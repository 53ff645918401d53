import { BAR, INK, MUTED, RULE } from './pdfColours.ts';
import type { BarChart } from './reportContent.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TITLE_HEIGHT = 20;
const LABEL_HEIGHT = 14;
const TEXT_HEIGHT = 12;
/** Above so many bars their labels would run into one another: each nth is labelled. */
const LABELS_AT_MOST = 12;

/** Draws bars from zero, each labelled below and, where there is room, with its value above. */
export function drawBarChart(
  pdf: PDFKit.PDFDocument,
  { title, bars }: BarChart,
  { x, y, width, height }: Box,
): void {
  pdf.font('Helvetica-Bold').fontSize(11).fillColor(INK).text(title, x, y, { lineBreak: false });
  const top = y + TITLE_HEIGHT + TEXT_HEIGHT;
  const base = y + height - LABEL_HEIGHT;
  const highest = Math.max(...bars.map(({ value }) => value), 0);
  const step = width / Math.max(bars.length, 1);
  const barWidth = Math.min(step * 0.7, 60);
  const labelEach = Math.ceil(bars.length / LABELS_AT_MOST);
  pdf.font('Helvetica').fontSize(7.5);
  for (const [position, { label, value, text }] of bars.entries()) {
    const middle = x + step * (position + 0.5);
    const barHeight = highest === 0 ? 0 : (Math.max(value, 0) / highest) * (base - top);
    pdf.rect(middle - barWidth / 2, base - barHeight, barWidth, barHeight).fill(BAR);
    if (position % labelEach !== 0) continue;
    const room = step * labelEach;
    const options = { width: room, align: 'center', lineBreak: false, ellipsis: true } as const;
    pdf.fillColor(MUTED).text(label, middle - room / 2, base + 4, options);
    if (labelEach > 1) continue;
    pdf.fillColor(INK).text(text, middle - room / 2, base - barHeight - TEXT_HEIGHT + 2, options);
  }
  pdf
    .moveTo(x, base)
    .lineTo(x + width, base)
    .lineWidth(0.7)
    .stroke(RULE);
}
