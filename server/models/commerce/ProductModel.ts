import { model, Schema } from 'mongoose';
import { type Hold, holdSchema } from './holds.ts';

/** A product, with the stock that is free to be ordered. */
export interface ProductDoc {
  _id: string;
  name: string;
  supplierId: string;
  unitPriceCents: number;
  /** What no order holds or has used up; never below zero. */
  unitsInStock: number;
  /** Below it the product is reordered. */
  reorderLevel: number;
  /** The first day on which it could not be ordered any more, `YYYY-MM-DD`; null while it can. */
  discontinuedOn: string | null;
  /** The units of each order that is not shipped yet, and for an hour those that ended. */
  holds: Hold[];
}

const productSchema = new Schema<ProductDoc>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    supplierId: { type: String, required: true },
    unitPriceCents: { type: Number, required: true },
    unitsInStock: { type: Number, required: true, min: 0 },
    reorderLevel: { type: Number, required: true },
    discontinuedOn: { type: String, default: null },
    holds: { type: [holdSchema], default: [] },
  },
  { collection: 'products', versionKey: false, autoIndex: false },
);

// A supplier's products.
productSchema.index({ supplierId: 1, _id: 1 });

export const ProductModel = model<ProductDoc>('Product', productSchema);
