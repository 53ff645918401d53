import { expect, it } from 'vitest';
import { ORDER_STATES } from '../../models/commerce/OrderModel.ts';
import { statesBefore } from './orderStates.ts';

it('ends in shipped, rejected or cancelled, and in nothing else', () => {
  const left = new Set(ORDER_STATES.flatMap(statesBefore));
  const finals = ORDER_STATES.filter((state) => !left.has(state));
  expect(finals).toEqual(['shipped', 'rejected', 'cancelled']);
});

it('cancels nothing that is shipped, and ships nothing that is not routed', () => {
  expect(statesBefore('cancelled')).not.toContain('shipped');
  expect(statesBefore('shipped')).toEqual(['routed']);
});
