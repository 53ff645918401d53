import type { OrderState } from '../../models/commerce/OrderModel.ts';

/** Which states an order may come from, for each: every write of a state carries it as its condition. */
const COMES_FROM: Readonly<Record<OrderState, readonly OrderState[]>> = {
  received: [],
  confirmed: ['received'],
  routed: ['confirmed'],
  shipped: ['routed'],
  rejected: ['received'],
  cancelled: ['received', 'confirmed', 'routed'],
};

/** The states from which an order may come to this one. */
export function statesBefore(state: OrderState): readonly OrderState[] {
  return COMES_FROM[state];
}
