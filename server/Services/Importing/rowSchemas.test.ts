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

  it('needs no e-mail: an empty one is none, an absent column says nothing', () => {
    expect(userRowSchema.parse({ ...user, email: '' })).toMatchObject({ email: null });
    const { email: _, ...rest } = user;
    expect(userRowSchema.parse(rest).email).toBeUndefined();
    expect(userRowSchema.parse({ ...user, email: 'jörg@bücher.example' })).toMatchObject({
      email: 'jörg@bücher.example',
    });
  });

  it.each(['507f1f77bcf86cd799439011', '507F1F77BCF86CD799439011'])(
    'is refused for the externalId %s, which could be an ObjectId, and says what to do',
    (externalId) => {
      expect(reasons(userRowSchema, { ...user, externalId })).toEqual([
        'externalId looks like an ObjectId, by which a user can be named as well: ' +
          'put something before it in both files, such as customer-',
      ]);
      expect(reasons(purchaseRowSchema, { ...purchase, externalId })).toHaveLength(1);
      const prefixed = { ...user, externalId: `customer-${externalId}` };
      expect(reasons(userRowSchema, prefixed)).toEqual([]);
    },
  );

  it.each([
    ['externalId', '', 'externalId is empty'],
    ['externalId', 'x'.repeat(201), 'externalId has more than 200 characters'],
    ['externalId', 'a\u001b[2J', 'externalId holds a control character or line break'],
    ['externalId', 'a\nb', 'externalId holds a control character or line break'],
    ['email', 'a@b', 'email is not an e-mail address of at most 254 bytes'],
    ['email', `${'a'.repeat(300)}@example.com`, /^email is not an e-mail address/],
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
    ).toHaveLength(3);
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

  it('may have an id of its own, and may be a refund', () => {
    const refund = { ...purchase, purchaseId: 'o-1', amount: '-11.77', items: '-2' };
    expect(purchaseRowSchema.parse(refund)).toMatchObject({
      purchaseId: 'o-1',
      amount: -1177,
      items: -2,
    });
    expect(purchaseRowSchema.parse(purchase).purchaseId).toBeUndefined();
    const nothing = purchaseRowSchema.parse({ ...purchase, amount: '-0.00', items: '-0' });
    expect([nothing.amount, nothing.items]).toEqual([0, 0]);
  });

  it.each([
    ['purchaseId', '', 'purchaseId is empty'],
    ['items', '-1', 'items is below 0, though the amount is not that of a refund'],
    ['amount', '10,00', /^amount is not an amount such as 11\.77/],
    ['purchasedAt', '1998-02-30', /^purchasedAt is neither a day/],
    ['purchasedAt', '30.06.1998', /^purchasedAt is neither a day/],
    ['purchasedAt', '1998-06-30T10:00:00', /^purchasedAt is neither a day/],
    ['amount', '--5', /^amount is not an amount/],
    ['amount', '(5)', /^amount is not an amount/],
    ['amount', '1.005', /^amount is not an amount/],
    ['items', '1.5', 'items is not a whole number of items'],
    ['items', '', 'items is not a whole number of items'],
  ])('is refused for its %s %j', (field, value, reason) => {
    expect(reasons(purchaseRowSchema, { ...purchase, [field]: value })).toEqual([
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    ]);
  });
});
