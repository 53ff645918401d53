import { model, Schema } from 'mongoose';
import { type Hold, holdSchema } from './holds.ts';

/** How a customer wants to be written to. */
export const CHANNELS = ['whatsapp', 'email'] as const;
export type Channel = (typeof CHANNELS)[number];

/** A retailer who orders from the wholesale business; no user of Hourwork. */
export interface CustomerDoc {
  _id: string;
  name: string;
  contactName: string | null;
  country: string | null;
  channel: Channel;
  /** Digits of the international number, as WhatsApp names it. */
  phone: string | null;
  email: string | null;
  /** Telephone number and e-mail address are made up: nothing may really be sent there. */
  hasSyntheticContact: boolean;
  /** Null for a customer without a limit. */
  creditLimitCents: number | null;
  /** Orders that are confirmed, and invoices of orders that are not paid yet. */
  creditUsedCents: number;
  holds: Hold[];
}

const customerSchema = new Schema<CustomerDoc>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    contactName: { type: String, default: null },
    country: { type: String, default: null },
    channel: { type: String, enum: CHANNELS, required: true },
    phone: { type: String, default: null },
    email: { type: String, default: null },
    hasSyntheticContact: { type: Boolean, required: true },
    creditLimitCents: { type: Number, default: null },
    creditUsedCents: { type: Number, default: 0 },
    holds: { type: [holdSchema], default: [] },
  },
  { collection: 'customers', versionKey: false, autoIndex: false },
);

export const CustomerModel = model<CustomerDoc>('Customer', customerSchema);
