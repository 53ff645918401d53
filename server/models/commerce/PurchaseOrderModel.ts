import { model, Schema } from 'mongoose';

export const PURCHASE_ORDER_STATES = ['open', 'received', 'cancelled'] as const;
export type PurchaseOrderState = (typeof PURCHASE_ORDER_STATES)[number];

/** What a supplier is to deliver: its part of one order, or the reordering of one product. */
export interface PurchaseOrderDoc {
  /** `<order>-<supplier>` for an order, so that each is made once; a ULID for a reordering. */
  _id: string;
  supplierId: string;
  orderId: string | null;
  reason: 'order' | 'reorder';
  /** The order's shipper. */
  shipperId: string | null;
  lines: { productId: string; quantity: number }[];
  state: PurchaseOrderState;
  /** The product of an open reordering; absent otherwise. There is one at a time. */
  reorderOf?: string;
  createdAt: Date;
}

const purchaseOrderSchema = new Schema<PurchaseOrderDoc>(
  {
    _id: { type: String, required: true },
    supplierId: { type: String, required: true },
    orderId: { type: String, default: null },
    reason: { type: String, enum: ['order', 'reorder'], required: true },
    shipperId: { type: String, default: null },
    lines: {
      type: [
        new Schema(
          {
            productId: { type: String, required: true },
            quantity: { type: Number, required: true },
          },
          { _id: false },
        ),
      ],
      required: true,
    },
    state: { type: String, enum: PURCHASE_ORDER_STATES, required: true },
    reorderOf: { type: String },
    createdAt: { type: Date, required: true },
  },
  { collection: 'purchaseorders', versionKey: false, autoIndex: false },
);

// An order's parts; a supplier's purchase orders, in pages by id.
purchaseOrderSchema.index({ orderId: 1, _id: 1 });
purchaseOrderSchema.index({ supplierId: 1, _id: 1 });
// A product is reordered once until that is received.
purchaseOrderSchema.index(
  { reorderOf: 1 },
  { unique: true, partialFilterExpression: { reorderOf: { $exists: true } } },
);

export const PurchaseOrderModel = model<PurchaseOrderDoc>('PurchaseOrder', purchaseOrderSchema);
