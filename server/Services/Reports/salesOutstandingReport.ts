import type { InvoiceDoc } from '../../models/commerce/InvoiceModel.ts';
import { invoicesByCustomer } from '../Commerce/commerceQueries.ts';
import type { Day } from '../Commerce/days.ts';
import {
  daysOutstanding,
  type SalesOutstanding,
  salesOutstanding,
} from '../Commerce/receivables.ts';
import type { Cell, ReportContent } from './reportContent.ts';

const IN_CHART = 10;

interface OfCustomer extends SalesOutstanding {
  readonly customerId: string;
}

/** Days sales outstanding of each customer with an invoice up to a day. */
export async function salesOutstandingReport(asOf: Day): Promise<ReportContent> {
  let customers = 0;
  let openCents = 0;
  let invoicedCents = 0;
  let slowest: OfCustomer[] = [];
  for await (const customer of byCustomer(asOf)) {
    customers += 1;
    openCents += customer.openCents;
    invoicedCents += customer.invoicedCents;
    slowest = [...slowest, customer]
      .sort((one, other) => (other.days ?? -1) - (one.days ?? -1))
      .slice(0, IN_CHART);
  }
  return {
    title: 'Days sales outstanding',
    subtitle: `${customers} customers on ${asOf}`,
    columns: [
      { title: 'Customer', kind: 'text', width: 2 },
      { title: 'Open', kind: 'amount', width: 1.5 },
      { title: 'Invoiced in 90 days', kind: 'amount', width: 1.7 },
      { title: 'Days', kind: 'number', width: 1 },
    ],
    chart: {
      title: 'The customers with the most days',
      bars: slowest.map((customer) => ({
        ...{ label: customer.customerId, value: customer.days ?? 0 },
        text: String(customer.days ?? ''),
      })),
    },
    rowCount: customers,
    rows: rowsOf(asOf),
    totals: ['All', openCents, invoicedCents, daysOutstanding(openCents, invoicedCents)],
  };
}

async function* rowsOf(asOf: Day): AsyncGenerator<Cell[]> {
  for await (const customer of byCustomer(asOf)) {
    yield [customer.customerId, customer.openCents, customer.invoicedCents, customer.days];
  }
}

/** One customer's invoices at a time are in memory. */
async function* byCustomer(asOf: Day): AsyncGenerator<OfCustomer> {
  let invoices: InvoiceDoc[] = [];
  for await (const invoice of invoicesByCustomer(asOf)) {
    const [first] = invoices;
    if (first !== undefined && first.customerId !== invoice.customerId) {
      yield { customerId: first.customerId, ...salesOutstanding(invoices, asOf) };
      invoices = [];
    }
    invoices.push(invoice);
  }
  const [first] = invoices;
  if (first !== undefined) {
    yield { customerId: first.customerId, ...salesOutstanding(invoices, asOf) };
  }
}
