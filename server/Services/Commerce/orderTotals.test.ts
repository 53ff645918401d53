import { expect, it } from 'vitest';
import { formatCents } from './amounts.ts';
import { orderTotalCents } from './orderTotals.ts';
import { readNorthwind } from './sample/northwind.ts';

it('is exact to the end and rounded half up once', () => {
  const third = { unitPriceCents: 1005, quantity: 1, discountPercent: 50 };
  expect(orderTotalCents([third])).toBe(503);
  // Two half cents make a whole one: rounded line by line they would make two.
  expect(orderTotalCents([third, third])).toBe(1005);
  expect(orderTotalCents([])).toBe(0);
  expect(orderTotalCents([{ unitPriceCents: 100, quantity: 3, discountPercent: 100 }])).toBe(0);
});

it('gives the published totals of Northwind’s 830 orders, half cents included', async () => {
  const { orders } = await readNorthwind();
  const totals = new Map(orders.map(({ order_id, lines }) => [order_id, orderTotalCents(lines)]));
  expect(totals.size).toBe(830);
  // 695.625 and 1170.375 before they are rounded.
  expect([totals.get('10264'), totals.get('10284')]).toEqual([69_563, 117_038]);
  const all = [...totals.values()].reduce((sum, total) => sum + total, 0);
  expect(formatCents(all)).toBe('1265793.22');
});
