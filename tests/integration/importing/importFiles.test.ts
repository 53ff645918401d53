import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PurchaseModel, SAMPLE_SOURCE } from '../../../server/models/PurchaseModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { importFiles } from '../../../server/Services/Importing/importFiles.ts';
import { createRefusalLog } from '../../../server/Services/Importing/refusals.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';

useOwnDatabase();

const USERS =
  'externalId,email,timezone,active\na,a@example.com,UTC,true\nb,b@example.com,Asia/Tokyo,no\n';
const PURCHASES =
  'externalId,purchasedAt,amount,items\na,2026-01-31,11.77,1\na,2026-01-31,11.77,1\nb,2026-02-01T10:00:00+09:00,5,2\n';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-import-'));
  await Promise.all([UserModel.deleteMany(), PurchaseModel.deleteMany()]);
});
afterEach(() => rm(folder, { recursive: true }));

interface Given {
  users?: string;
  purchases?: string;
  source?: string;
  replace?: boolean;
}

async function run({ users = USERS, purchases = PURCHASES, source, replace = false }: Given = {}) {
  const usersPath = join(folder, 'users.csv');
  const purchasesPath = join(folder, 'purchases.csv');
  await writeFile(usersPath, users);
  await writeFile(purchasesPath, purchases);
  const refusals = createRefusalLog();
  const totals = await importFiles({
    usersPath,
    purchasesPath,
    source,
    replace,
    refusals,
    startProgress: () => ({ update() {}, stop() {} }),
  });
  return { ...totals, refused: refusals.close().map((line) => line.replace(`${folder}/`, '')) };
}

/** Who bought when for how much, in the order of source and line. */
async function stored() {
  const users = new Map((await UserModel.find().lean()).map((user) => [`${user._id}`, user]));
  const purchases = await PurchaseModel.find().sort({ source: 1, line: 1 }).lean();
  return purchases.map(({ userId, purchasedAt, amountCents, items, source, line }) =>
    [
      users.get(`${userId}`)?.externalId,
      purchasedAt.toISOString().slice(0, 16),
      amountCents,
      items,
      `${source}:${line}`,
    ].join(' '),
  );
}

describe('importing users and purchases', () => {
  it('stores what the files say', async () => {
    expect(await run()).toEqual({
      users: { added: 2, changed: 0, unchanged: 0 },
      purchases: { added: 3, replaced: 0, unchanged: 0, removed: 0 },
      refused: [],
    });
    expect(await UserModel.findOne({ externalId: 'b' }).lean()).toMatchObject({
      email: 'b@example.com',
      timezone: 'Asia/Tokyo',
      active: false,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    });
    expect(await stored()).toEqual([
      'a 2026-01-31T00:00 1177 1 purchases.csv:2',
      'a 2026-01-31T00:00 1177 1 purchases.csv:3',
      'b 2026-02-01T01:00 500 2 purchases.csv:4',
    ]);
  });

  it('doubles nothing when repeated', async () => {
    await run();
    const before = await stored();
    expect(await run()).toEqual({
      users: { added: 0, changed: 0, unchanged: 2 },
      purchases: { added: 0, replaced: 0, unchanged: 3, removed: 0 },
      refused: [],
    });
    expect(await stored()).toEqual(before);
  });

  it('doubles nothing when two imports of the same files run at once', async () => {
    const many = Array.from({ length: 2500 }, (_, i) => `u${i}`);
    const files = {
      users: `externalId,email,timezone,active\n${many.map((id) => `${id},${id}@example.com,UTC,1\n`).join('')}`,
      purchases: `externalId,purchasedAt,amount,items\n${many.map((id) => `${id},2026-01-01,1,1\n`).join('')}`,
    };
    const both = await Promise.all([run(files), run(files)]);
    expect(both.flatMap(({ refused }) => refused)).toEqual([]);
    expect(await UserModel.countDocuments()).toBe(2500);
    expect(await PurchaseModel.countDocuments()).toBe(2500);
  });

  it('lets a user take on what the file says now, the later line first', async () => {
    await run();
    const users = `${USERS}a,new@example.com,Europe/Berlin,false\n`;
    expect((await run({ users })).users).toEqual({ added: 0, changed: 1, unchanged: 1 });
    expect(await UserModel.findOne({ externalId: 'a' }).lean()).toMatchObject({
      email: 'new@example.com',
      timezone: 'Europe/Berlin',
      active: false,
    });
  });

  it('refuses bad lines with their number and reason, and keeps the good ones', async () => {
    const { users, purchases, refused } = await run({
      users: `${USERS}c,nonsense,UTC,true\nd,d@example.com\ne,e@example.com,UTC,true\n`,
      purchases: `${PURCHASES}nobody,2026-01-01,1,1\na,2026-02-30,1,1\ne,2026-01-01,2.50,1\n`,
    });
    expect(users.added).toBe(3);
    expect(purchases.added).toBe(4);
    expect(refused).toEqual([
      'users.csv:4: email is not an e-mail address',
      'users.csv:5: has 2 fields where the header has 4',
      expect.stringMatching(/^purchases\.csv:6: purchasedAt is neither a day/),
      'purchases.csv:5: externalId belongs to no user',
    ]);
  });

  it('adds the lines that were mended since', async () => {
    await run({ purchases: PURCHASES.replace('11.77,1\nb', 'oops,1\nb') });
    expect(await run()).toMatchObject({
      purchases: { added: 1, unchanged: 2 },
      refused: [],
    });
    expect(await stored()).toHaveLength(3);
  });

  it('does not take another file of the same name for the same purchases', async () => {
    await run();
    const before = await stored();
    const other = PURCHASES.replaceAll('2026', '2025');
    const { purchases, refused } = await run({ purchases: other });
    expect(purchases).toEqual({ added: 0, replaced: 0, unchanged: 0, removed: 0 });
    expect(refused).toHaveLength(3);
    expect(refused[0]).toMatch(
      /purchases\.csv:2: is another purchase than .* --source .* --replace/,
    );
    expect(await stored()).toEqual(before);

    expect((await run({ purchases: other, source: '2025' })).purchases.added).toBe(3);
    expect(await stored()).toHaveLength(6);
  });

  it('puts a file in place of the earlier one when told to', async () => {
    await run();
    await run({ source: 'other' });
    const shorter = 'externalId,purchasedAt,amount,items\na,2026-01-31,11.77,1\nb,oops,1,1\n';
    const { purchases } = await run({ purchases: shorter, replace: true });
    expect(purchases).toEqual({ added: 0, replaced: 0, unchanged: 1, removed: 2 });
    const longer = PURCHASES.replace('11.77', '12');
    expect((await run({ purchases: longer, replace: true })).purchases).toEqual({
      added: 2,
      replaced: 1,
      unchanged: 0,
      removed: 0,
    });
    expect(await PurchaseModel.countDocuments({ source: 'other' })).toBe(3);
  });

  it('refuses the lines of a user whose deletion was interrupted, and says how to finish it', async () => {
    await run();
    const gone = { active: false, deletedAt: new Date() };
    await UserModel.updateOne({ externalId: 'a' }, { $set: gone });
    await PurchaseModel.deleteMany({ line: { $lt: 4 } });
    const again = await run();
    const reason =
      'externalId is of a user whose deletion was interrupted: finish it with ' +
      'npm run user -- delete <externalId>, then import the file again';
    expect(again).toEqual({
      users: { added: 0, changed: 0, unchanged: 1 },
      purchases: { added: 0, replaced: 0, unchanged: 1, removed: 0 },
      refused: [
        `users.csv:2: ${reason}`,
        `purchases.csv:2: ${reason}`,
        `purchases.csv:3: ${reason}`,
      ],
    });
    expect(await UserModel.findOne({ externalId: 'a' }).lean()).toMatchObject(gone);
    expect(await stored()).toHaveLength(1);
  });

  it('removes nothing for a file without one good line', async () => {
    await run();
    const empty = 'externalId,purchasedAt,amount,items\nb,oops,1,1\n';
    await run({ purchases: empty, replace: true });
    expect(await stored()).toHaveLength(3);
  });

  it.each([
    ['a header that lacks a column', { purchases: 'externalId,amount\n' }, /lacks the column/],
    ['an empty file', { users: '' }, /lacks the column/],
    ["the sample's name", { source: SAMPLE_SOURCE }, /names the sample's purchases/],
  ])('stores nothing at all for %s', async (_, given, message) => {
    await expect(run(given)).rejects.toThrow(message);
    expect(await UserModel.countDocuments()).toBe(0);
  });
});
