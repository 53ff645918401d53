import { model, Schema } from 'mongoose';

/** What is known of one telephone number at WhatsApp. */
export interface WhatsAppContactDoc {
  /** The number, in digits. */
  _id: string;
  /** When it last wrote: for 24 hours from then free text may be sent. */
  lastInboundAt: Date | null;
  /** Before this instant nothing more is sent to it. */
  nextSendAt: Date;
}

const contactSchema = new Schema<WhatsAppContactDoc>(
  {
    _id: { type: String, required: true },
    lastInboundAt: { type: Date, default: null },
    nextSendAt: { type: Date, required: true },
  },
  { collection: 'whatsappcontacts', versionKey: false, autoIndex: false },
);

export const WhatsAppContactModel = model<WhatsAppContactDoc>('WhatsAppContact', contactSchema);
