import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ImportModel } from '../../../server/models/ImportModel.ts';
import { PurchaseModel, SAMPLE_SOURCE } from '../../../server/models/PurchaseModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import {
  importSample,
  isSampleUnfinished,
} from '../../../server/Services/Importing/importSample.ts';
import { makePurchases, makeUser, useOwnDatabase } from '../scoring/ownDatabase.ts';

useOwnDatabase();

/** As the real file is, but short: three customers, one with two like purchases in a day. */
const LINES = [
  ' customer_id  date number_of_cds  dollar_value',
  ' 00001 19970101  1   11.77',
  ' 00002 19970112  1   12.00',
  ' 00002 19970112  1   12.00',
  ' 00003 19970102  2   20.76',
  ' 00003 19980630  4   20.96',
];
const NOW = new Date('2026-11-23T15:00:00Z');
const YESTERDAY = '2026-11-22';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-sample-'));
  path = join(folder, 'sample.txt');
  await writeFile(path, `${LINES.join('\r\n')}\r\n`);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  await Promise.all([UserModel.deleteMany(), PurchaseModel.deleteMany(), ImportModel.deleteMany()]);
});

function run(options: { keepDates: boolean; now?: Date; file?: string }) {
  const { keepDates, now = NOW, file = path } = options;
  const startProgress = () => ({ update() {}, stop() {} });
  return importSample({ keepDates, now, path: file, startProgress });
}

async function days(): Promise<string[]> {
  const purchases = await PurchaseModel.find({ source: SAMPLE_SOURCE }).sort({ key: 1 }).lean();
  return purchases.map(({ purchasedAt }) =>
    purchasedAt.toISOString().replace('T00:00:00.000Z', ''),
  );
}

const KEPT = ['1997-01-01', '1997-01-12', '1997-01-12', '1997-01-02', '1998-06-30'];

describe('importing the sample', () => {
  it('makes an active user of each customer, and keeps the dates when told to', async () => {
    expect(await run({ keepDates: true })).toEqual({
      totals: {
        users: { added: 3, changed: 0, unchanged: 0 },
        purchases: { added: 5, replaced: 0, unchanged: 0, removed: 0 },
      },
      lastDay: '1998-06-30',
    });
    expect(await days()).toEqual(KEPT);
    const users = await UserModel.find().sort({ externalId: 1 }).lean();
    expect(users.map(({ externalId, active }) => [externalId, active])).toEqual([
      ['00001', true],
      ['00002', true],
      ['00003', true],
    ]);
    expect(users[0]?.email).toBe('customer-00001@example.com');
  });

  it('shifts all dates by one whole number of days, so that the last purchase is yesterday', async () => {
    expect((await run({ keepDates: false })).lastDay).toBe(YESTERDAY);
    const shifted = await days();
    expect(shifted.at(-1)).toBe(YESTERDAY);
    const distances = shifted.map((day, i) => Date.parse(day) - Date.parse(KEPT[i] ?? ''));
    expect(new Set(distances).size).toBe(1);
  });

  it('changes nothing when repeated on the same day', async () => {
    await run({ keepDates: false });
    const { totals } = await run({ keepDates: false, now: new Date('2026-11-23T23:59:00Z') });
    expect(totals).toEqual({
      users: { added: 0, changed: 0, unchanged: 3 },
      purchases: { added: 0, replaced: 0, unchanged: 5, removed: 0 },
    });
  });

  it("replaces the sample's purchases, and no others, when imported with other dates", async () => {
    await run({ keepDates: true });
    const sampled = await UserModel.findOne({ externalId: '00001' }).lean();
    await makePurchases(`${sampled?._id}`, ['2026-01-01T00:00:00Z']);
    const { totals } = await run({ keepDates: false });
    expect(totals.purchases).toEqual({ added: 0, replaced: 5, unchanged: 0, removed: 0 });
    expect((await days()).at(-1)).toBe(YESTERDAY);
    expect(await PurchaseModel.countDocuments()).toBe(6);
    await run({ keepDates: true });
    expect(await days()).toEqual(KEPT);
  });

  it('is completed by running it again after an interruption', async () => {
    const broken = join(folder, 'broken.txt');
    await writeFile(broken, [...LINES.slice(0, 4), ' 0000'].join('\r\n'));
    expect(await isSampleUnfinished()).toBe(false);
    await expect(run({ keepDates: true, file: broken })).rejects.toThrow('Line 5');
    expect(await isSampleUnfinished()).toBe(true);
    await run({ keepDates: true });
    expect(await isSampleUnfinished()).toBe(false);
    expect(await days()).toEqual(KEPT);
  });

  it('leaves users as they are who were there before', async () => {
    await makeUser('00002');
    expect((await run({ keepDates: true })).totals.users).toEqual({
      added: 2,
      changed: 0,
      unchanged: 1,
    });
    expect((await UserModel.findOne({ externalId: '00002' }).lean())?.email).toBe(
      '00002@example.com',
    );
  });
});
