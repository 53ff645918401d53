import { OrderModel } from '../../models/commerce/OrderModel.ts';
import { formatCents } from '../Commerce/amounts.ts';
import type { ReportContent } from './reportContent.ts';

interface Month {
  _id: string;
  orders: number;
  totalCents: number;
  freightCents: number;
}

/** Orders of each month of a period of days, but for those rejected or cancelled. */
export async function salesReport({
  from,
  to,
}: {
  from: string;
  to: string;
}): Promise<ReportContent> {
  const months = await OrderModel.aggregate<Month>([
    {
      $match: {
        orderedOn: { $gte: from, $lte: to },
        state: { $nin: ['rejected', 'cancelled'] },
      },
    },
    {
      $group: {
        _id: { $substrBytes: ['$orderedOn', 0, 7] },
        orders: { $sum: 1 },
        totalCents: { $sum: '$totalCents' },
        freightCents: { $sum: '$freightCents' },
      },
    },
    { $sort: { _id: 1 } },
  ]);
  const sumOf = (field: 'orders' | 'totalCents' | 'freightCents') =>
    months.reduce((sum, month) => sum + month[field], 0);
  return {
    title: 'Monthly sales',
    subtitle: `${from} to ${to}`,
    columns: [
      { title: 'Month', kind: 'text', width: 2 },
      { title: 'Orders', kind: 'number', width: 1 },
      { title: 'Sales', kind: 'amount', width: 2 },
      { title: 'Freight', kind: 'amount', width: 2 },
    ],
    chart: {
      title: 'Sales by month',
      bars: months.map(({ _id: label, totalCents: value }) => ({
        ...{ label, value, text: thousands(value) },
      })),
    },
    rowCount: months.length,
    rows: inTurn(months.map((each) => [each._id, each.orders, each.totalCents, each.freightCents])),
    totals: ['Total', sumOf('orders'), sumOf('totalCents'), sumOf('freightCents')],
  };
}

/** For the little room above a bar: thousands, rounded. */
function thousands(cents: number): string {
  return cents < 1_000_000 ? formatCents(cents) : `${Math.round(cents / 100_000)}k`;
}

async function* inTurn<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}
