import { z } from 'zod';
import { CHANNELS } from '../models/commerce/CustomerModel.ts';
import { ORDER_PROBLEMS, ORDER_STATES } from '../models/commerce/OrderModel.ts';
import { PURCHASE_ORDER_STATES } from '../models/commerce/PurchaseOrderModel.ts';
import { parseCents } from '../Services/CustomerScoring/money.ts';
import { instant } from './schemas.ts';

const MAX_CENTS = 10_000_000;
const MAX_QUANTITY = 10_000;
const MAX_LINES = 100;

export const day = z.iso.date().meta({ example: '2013-06-30' });
const dayOrNull = day.nullable();
const amount = z.string().meta({
  description: 'A decimal of two places',
  pattern: '^-?\\d+\\.\\d\\d$',
  example: '4284.29',
});

/** An id in an address. */
export const id = z.string().regex(/^[\w.-]{1,64}$/, 'is not an id');
/** An id in a body: Northwind's are numbers. */
const idOrNumber = z
  .union([id, z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)])
  .transform(String)
  .meta({ type: ['string', 'integer'] });

/** Whole hundredths of a number, or of its text. */
function hundredths(most: number) {
  return z
    .union([z.string().max(20), z.number()])
    .transform((value, context) => {
      const parsed = parseCents(String(value));
      if (parsed !== null && parsed >= 0 && parsed <= most) return parsed;
      context.addIssue({
        code: 'custom',
        message: `is not a decimal of at most two places from 0 to ${most / 100}`,
      });
      return z.NEVER;
    })
    .meta({ type: ['string', 'number'] });
}
export const amountGiven = hundredths(Number.MAX_SAFE_INTEGER);

export const orderBody = z.strictObject({
  orderId: idOrNumber.optional().meta({
    type: ['string', 'integer'],
    description: 'The same id is the same order; without it, the header Idempotency-Key names it',
  }),
  customerId: idOrNumber,
  orderDate: day.optional().meta({ description: 'Today, in UTC, if left out' }),
  requiredDate: dayOrNull.optional(),
  shipperId: idOrNumber.nullable().optional(),
  freight: hundredths(MAX_CENTS).default(0),
  lines: z
    .array(
      z.strictObject({
        productId: idOrNumber,
        quantity: z.number().int().min(1).max(MAX_QUANTITY),
        unitPrice: hundredths(MAX_CENTS)
          .optional()
          .meta({ type: ['string', 'number'], description: 'The product’s own if left out' }),
        discount: hundredths(100)
          .default(0)
          .meta({
            type: ['string', 'number'],
            description: 'A share from 0 to 1, in whole percents: 0.15 is 15 % off',
          }),
      }),
    )
    .min(1)
    .max(MAX_LINES),
  replay: z
    .strictObject({ shippedDate: dayOrNull.default(null) })
    .optional()
    .meta({
      description:
        'An order of the past, handed in anew: without credit limit and reordering, and shipped on its own day',
    }),
});

export const productView = z
  .object({
    id: z.string(),
    name: z.string(),
    supplierId: z.string(),
    unitPrice: amount,
    unitsInStock: z.number().int().meta({ description: 'What no order has reserved' }),
    reorderLevel: z.number().int(),
    discontinuedOn: dayOrNull,
  })
  .meta({ id: 'Product' });

export const orderView = z
  .object({
    id: z.string(),
    customerId: z.string(),
    shipperId: z.string().nullable(),
    orderedOn: day,
    requiredOn: dayOrNull,
    shippedOn: dayOrNull,
    state: z.enum(ORDER_STATES),
    problems: z.array(
      z.object({
        code: z.enum(ORDER_PROBLEMS),
        productId: z.string().nullable(),
        message: z.string(),
      }),
    ),
    lines: z.array(
      z.object({
        productId: z.string(),
        supplierId: z.string(),
        quantity: z.number().int(),
        unitPrice: amount,
        discount: z.number(),
      }),
    ),
    total: amount.meta({ description: 'Rounded half up once for the order; without freight' }),
    freight: amount,
    isReplay: z.boolean(),
    receivedAt: instant,
  })
  .meta({ id: 'Order' });

export const purchaseOrderView = z
  .object({
    id: z.string(),
    supplierId: z.string(),
    orderId: z.string().nullable(),
    reason: z.enum(['order', 'reorder']),
    shipperId: z.string().nullable(),
    lines: z.array(z.object({ productId: z.string(), quantity: z.number().int() })),
    state: z.enum(PURCHASE_ORDER_STATES),
    createdAt: instant,
  })
  .meta({ id: 'PurchaseOrder' });

export const invoiceView = z
  .object({
    id: z.string(),
    customerId: z.string(),
    orderId: z.string().nullable(),
    invoicedOn: day,
    dueOn: day,
    settledOn: dayOrNull,
    isSettlementAssumed: z.boolean().meta({
      description: 'Of a replayed order nobody knows when it was paid: it counts as paid when due',
    }),
    amount,
    disputed: z.boolean(),
  })
  .meta({ id: 'Invoice' });

export const paymentView = z
  .object({ id: z.string(), invoiceId: z.string(), amount, paidOn: day, receivedAt: instant })
  .meta({ id: 'Payment' });

export const customerView = z
  .object({
    id: z.string(),
    name: z.string(),
    contactName: z.string().nullable(),
    country: z.string().nullable(),
    channel: z.enum(CHANNELS),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    hasSyntheticContact: z.boolean(),
    creditLimit: amount.nullable(),
    creditUsed: amount,
  })
  .meta({ id: 'Customer' });

export const ageingView = z
  .object({
    asOf: day,
    invoices: z.number().int(),
    current: amount,
    d1_30: amount,
    d31_60: amount,
    d61_90: amount,
    over90: amount,
    total: amount,
  })
  .meta({ id: 'ReceivablesAgeing' });

export const salesOutstandingView = z
  .object({
    customerId: z.string(),
    asOf: day,
    open: amount,
    invoiced: amount,
    daysSalesOutstanding: z
      .number()
      .nullable()
      .meta({ description: 'To two places; null when nothing was invoiced in the 90 days' }),
  })
  .meta({ id: 'SalesOutstanding' });

export const scoreView = z
  .object({
    score: z
      .number()
      .int()
      .nullable()
      .meta({ description: '300 to 850; null without a settled invoice' }),
    asOf: day,
    reasons: z.array(
      z.object({
        part: z.string(),
        value: z.number(),
        maxPoints: z.number(),
        points: z.number(),
        text: z.string(),
      }),
    ),
  })
  .meta({ id: 'CreditScore' });
