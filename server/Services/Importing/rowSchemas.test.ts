import { describe, expect, it } from 'vitest';
import { purchaseRowSchema, userRowSchema } from './rowSchemas.ts';

const user = {
  externalId: 'c-1',
  email: 'a@example.com',
  timezone: 'Europe/Berlin',
  active: 'true',
};
const purchase = { externalId: 'c-1', purchasedAt: '1998-06-30', amount: '11.77', items: '2' };

function reasons(schema: typeof userRowSchema | typeof purchaseRowSchema, row: object) {
  const { error } = schema.safeParse(row);
  return error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];
}

describe('a line of users.csv', () => {
  it('becomes a user', () => {
    expect(userRowSchema.parse({ ...user, active: 'No' })).toEqual({ ...user, active: false });
  });

  it.each([
    ['externalId', '', 'externalId is empty'],
    ['externalId', 'x'.repeat(201), 'externalId has more than 200 characters'],
    ['email', 'a@b', 'email is not an e-mail address'],
    ['timezone', 'Mars/Olympus', /^timezone is not a time zone/],
    ['active', 'perhaps', 'active is neither true nor false'],
  ])('is refused for its %s %j', (field, value, reason) => {
    expect(reasons(userRowSchema, { ...user, [field]: value })).toEqual([
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    ]);
  });

  it('is refused with all its reasons at once', () => {
    expect(
      reasons(userRowSchema, { externalId: '', email: '', timezone: '', active: '' }),
    ).toHaveLength(4);
  });
});

describe('a line of purchases.csv', () => {
  it('becomes a purchase in cents, at the start of its UTC day or at its instant', () => {
    expect(purchaseRowSchema.parse(purchase)).toEqual({
      externalId: 'c-1',
      purchasedAt: new Date('1998-06-30T00:00:00Z'),
      amount: 1177,
      items: 2,
    });
    const { purchasedAt } = purchaseRowSchema.parse({
      ...purchase,
      purchasedAt: '1998-06-30T23:30:00-02:00',
    });
    expect(purchasedAt).toEqual(new Date('1998-07-01T01:30:00Z'));
  });

  it.each([
    ['purchasedAt', '1998-02-30', /^purchasedAt is neither a day/],
    ['purchasedAt', '30.06.1998', /^purchasedAt is neither a day/],
    ['purchasedAt', '1998-06-30T10:00:00', /^purchasedAt is neither a day/],
    ['amount', '-5', /^amount is not an amount/],
    ['amount', '1.005', /^amount is not an amount/],
    ['items', '1.5', 'items is not a whole number of items'],
    ['items', '', 'items is not a whole number of items'],
  ])('is refused for its %s %j', (field, value, reason) => {
    expect(reasons(purchaseRowSchema, { ...purchase, [field]: value })).toEqual([
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    ]);
  });
});
