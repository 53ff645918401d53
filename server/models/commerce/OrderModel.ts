import { model, Schema } from 'mongoose';

/** The states of an order, in the order in which it passes through them. */
export const ORDER_STATES = [
  'received',
  'confirmed',
  'routed',
  'shipped',
  'rejected',
  'cancelled',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** Why an order was rejected. */
export const ORDER_PROBLEMS = ['DISCONTINUED', 'OUT_OF_STOCK', 'CREDIT_LIMIT'] as const;

export interface OrderLineDoc {
  productId: string;
  supplierId: string;
  unitPriceCents: number;
  quantity: number;
  /** Whole percents. */
  discountPercent: number;
}

export interface OrderProblemDoc {
  code: (typeof ORDER_PROBLEMS)[number];
  /** Null for one of the whole order. */
  productId: string | null;
  message: string;
}

export interface OrderDoc {
  _id: string;
  customerId: string;
  shipperId: string | null;
  /** Days, `YYYY-MM-DD`. */
  orderedOn: string;
  requiredOn: string | null;
  shippedOn: string | null;
  freightCents: number;
  lines: OrderLineDoc[];
  /** Rounded half up once for the whole order; without the freight. */
  totalCents: number;
  state: OrderState;
  problems: OrderProblemDoc[];
  /** An order of the past, handed in anew: no credit limit holds for it, and it reorders nothing. */
  isReplay: boolean;
  /** The day on which a replayed order was shipped; null if it never was. */
  replayShippedOn: string | null;
  receivedAt: Date;
}

const lineSchema = new Schema<OrderLineDoc>(
  {
    productId: { type: String, required: true },
    supplierId: { type: String, required: true },
    unitPriceCents: { type: Number, required: true },
    quantity: { type: Number, required: true },
    discountPercent: { type: Number, required: true },
  },
  { _id: false },
);

const orderSchema = new Schema<OrderDoc>(
  {
    _id: { type: String, required: true },
    customerId: { type: String, required: true },
    shipperId: { type: String, default: null },
    orderedOn: { type: String, required: true },
    requiredOn: { type: String, default: null },
    shippedOn: { type: String, default: null },
    freightCents: { type: Number, required: true },
    lines: { type: [lineSchema], required: true },
    totalCents: { type: Number, required: true },
    state: { type: String, enum: ORDER_STATES, required: true },
    problems: {
      type: [
        new Schema<OrderProblemDoc>(
          {
            code: { type: String, enum: ORDER_PROBLEMS, required: true },
            productId: { type: String, default: null },
            message: { type: String, required: true },
          },
          { _id: false },
        ),
      ],
      default: [],
    },
    isReplay: { type: Boolean, required: true },
    replayShippedOn: { type: String, default: null },
    receivedAt: { type: Date, required: true },
  },
  { collection: 'orders', versionKey: false, autoIndex: false },
);

// A customer's orders, and those in one state, each in pages by id.
orderSchema.index({ customerId: 1, _id: 1 });
orderSchema.index({ state: 1, _id: 1 });
// The sales of a month.
orderSchema.index({ orderedOn: 1 });

export const OrderModel = model<OrderDoc>('Order', orderSchema);
