import { formatCents } from '../Commerce/amounts.ts';
import { openInvoices, receivablesAgeing } from '../Commerce/commerceQueries.ts';
import { type Day, daysBetween } from '../Commerce/days.ts';
import type { Cell, ReportContent } from './reportContent.ts';

const BUCKETS = [
  ['current', 'not due'],
  ['d1_30', '1 to 30 days'],
  ['d31_60', '31 to 60 days'],
  ['d61_90', '61 to 90 days'],
  ['over90', 'over 90 days'],
] as const;

/** What is open on a day: its sums by days past due, and each invoice. */
export async function ageingReport(asOf: Day): Promise<ReportContent> {
  const ageing = await receivablesAgeing(asOf);
  return {
    title: 'Ageing of receivables',
    subtitle: `Open on ${asOf}: ${ageing.invoices} invoices`,
    columns: [
      { title: 'Invoice', kind: 'text', width: 2.2 },
      { title: 'Customer', kind: 'text', width: 2 },
      { title: 'Invoiced', kind: 'day', width: 1.5 },
      { title: 'Due', kind: 'day', width: 1.5 },
      { title: 'Days past due', kind: 'number', width: 1.4 },
      { title: 'Amount', kind: 'amount', width: 1.6 },
    ],
    chart: {
      title: 'Open amounts by days past due',
      bars: BUCKETS.map(([bucket, label]) => ({
        ...{ label, value: ageing[bucket], text: formatCents(ageing[bucket]) },
      })),
    },
    rowCount: ageing.invoices,
    rows: rowsOf(asOf),
    totals: ['Total', null, null, null, null, ageing.total],
  };
}

async function* rowsOf(asOf: Day): AsyncGenerator<Cell[]> {
  for await (const { _id, customerId, invoicedOn, dueOn, amountCents } of openInvoices(asOf)) {
    const daysPastDue = Math.max(0, daysBetween(dueOn, asOf));
    yield [_id, customerId, invoicedOn, dueOn, daysPastDue, amountCents];
  }
}
