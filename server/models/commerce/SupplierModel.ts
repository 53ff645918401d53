import { model, Schema } from 'mongoose';

/** Who delivers products, or carries orders: both are known by a name and a telephone number. */
interface PartnerDoc {
  _id: string;
  name: string;
  country: string | null;
  phone: string | null;
}

function partnerSchema(collection: string) {
  return new Schema<PartnerDoc>(
    {
      _id: { type: String, required: true },
      name: { type: String, required: true },
      country: { type: String, default: null },
      phone: { type: String, default: null },
    },
    { collection, versionKey: false, autoIndex: false },
  );
}

export const SupplierModel = model<PartnerDoc>('Supplier', partnerSchema('suppliers'));
export const ShipperModel = model<PartnerDoc>('Shipper', partnerSchema('shippers'));
