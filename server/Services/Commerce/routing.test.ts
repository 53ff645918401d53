import { expect, it } from 'vitest';
import { splitBySupplier, unitsToReorder } from './routing.ts';
import { readNorthwind } from './sample/northwind.ts';

it('splits Northwind’s orders into one part per supplier and order, 2,076 in all', async () => {
  const { orders, products } = await readNorthwind();
  const supplierOf = new Map(products.map((each) => [each.product_id, each.supplier_id]));
  const parts = orders.flatMap(({ lines }) =>
    splitBySupplier(
      lines.map((line) => ({ ...line, supplierId: supplierOf.get(line.productId) ?? '' })),
    ),
  );
  expect(parts).toHaveLength(2_076);
  expect(parts.flatMap(({ lines }) => lines)).toHaveLength(2_155);
});

it('keeps the lines in order within a supplier’s part', () => {
  const line = (supplierId: string, product: string) => ({ supplierId, product });
  expect(splitBySupplier([line('2', 'a'), line('1', 'b'), line('2', 'c')])).toEqual([
    { supplierId: '2', lines: [line('2', 'a'), line('2', 'c')] },
    { supplierId: '1', lines: [line('1', 'b')] },
  ]);
});

it('reorders below the level, up to twice the level, and nothing that is discontinued', () => {
  const level = { reorderLevel: 25, isDiscontinued: false };
  expect(unitsToReorder({ ...level, unitsInStock: 25 })).toBe(0);
  expect(unitsToReorder({ ...level, unitsInStock: 24 })).toBe(26);
  expect(unitsToReorder({ ...level, unitsInStock: 24, isDiscontinued: true })).toBe(0);
});
