import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { UserSummaryDoc } from '../../models/UserSummaryModel.ts';
import { describeUser } from './describeUser.ts';

const _id = new Types.ObjectId('64b000000000000000000001');
const user = {
  _id,
  externalId: '00004',
  email: 'customer-00004@example.com',
  timezone: 'Asia/Tokyo',
  active: true,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};
const summary: UserSummaryDoc = {
  _id,
  userId: _id,
  asOf: '1997-09-30',
  runSeq: 1,
  frequency: 2,
  recencyWeeks: 213 / 7,
  ageWeeks: 272 / 7,
  monetary: 22.345,
  totalSpend: 74.02,
  pAlive: 0.7265,
  segment: 'active',
  firstPurchaseAt: new Date('1997-01-01'),
  lastPurchaseAt: new Date('1997-08-02'),
  purchases: 3,
};
const WHO = 'User 00004 (64b000000000000000000001), customer-00004@example.com, Asia/Tokyo, active';

describe('describeUser', () => {
  it('rounds half up what people read', () => {
    expect(describeUser(user, summary)).toEqual([
      WHO,
      'As of 1997-09-30: active, still a customer with 73%',
      '3 purchases on 3 days, from 1997-01-01 to 1997-08-02; a customer for 38.9 weeks',
      '$74.02 in all, $22.35 on a day of return',
    ]);
  });

  it('says nothing of what is not known', () => {
    const none = { purchases: 0, pAlive: null, segment: 'new' as const };
    expect(describeUser(user, { ...summary, ...none })).toEqual([
      WHO,
      'As of 1997-09-30: new',
      'No purchases.',
    ]);
    expect(describeUser({ ...user, active: false }, null)).toEqual([
      WHO.replace('active', 'not active'),
      'Not scored yet.',
    ]);
  });
});
