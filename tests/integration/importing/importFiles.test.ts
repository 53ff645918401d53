import { appendFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PurchaseModel, SAMPLE_SOURCE } from '../../../server/models/PurchaseModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { importFiles } from '../../../server/Services/Importing/importFiles.ts';
import type { StartProgress } from '../../../server/Services/Importing/progress.ts';
import { createRefusalLog, type RefusalLog } from '../../../server/Services/Importing/refusals.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';

useOwnDatabase();

const USERS =
  'externalId,email,timezone,active\na,a@example.com,UTC,true\nb,b@example.com,Asia/Tokyo,no\n';
const PURCHASES =
  'externalId,purchasedAt,amount,items\na,2026-01-31,11.77,1\na,2026-01-31,11.77,1\nb,2026-02-01T10:00:00+09:00,5,2\n';

/** The same rows with ids, 1 for the first. */
function withIds(purchases: string): string {
  const [header, ...rows] = purchases.trimEnd().split('\n');
  return `${[`purchaseId,${header}`, ...rows.map((row, at) => `${at + 1},${row}`)].join('\n')}\n`;
}

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
  log?: RefusalLog;
  startProgress?: StartProgress;
}

const SILENT: StartProgress = () => ({ update() {}, stop() {} });

async function run({
  users = USERS,
  purchases = PURCHASES,
  source,
  replace = false,
  log: refusals = createRefusalLog(),
  startProgress = SILENT,
}: Given = {}) {
  const usersPath = join(folder, 'users.csv');
  const purchasesPath = join(folder, 'purchases.csv');
  await ensureContent(usersPath, users);
  await ensureContent(purchasesPath, purchases);
  const totals = await importFiles({
    usersPath,
    purchasesPath,
    source,
    replace,
    refusals,
    startProgress,
  });
  return { ...totals, refused: refusals.close().map((line) => line.replace(`${folder}/`, '')) };
}

/** Leaves a file alone that has this content: another import may be reading it. */
async function ensureContent(path: string, content: string): Promise<void> {
  const there = await readFile(path, 'utf8').catch(() => null);
  if (there !== content) await writeFile(path, content);
}

/** Who bought when for how much, in the order of source and line. */
async function stored() {
  const users = new Map((await UserModel.find().lean()).map((user) => [`${user._id}`, user]));
  const purchases = await PurchaseModel.find().sort({ source: 1, key: 1 }).lean();
  return purchases.map(({ userId, purchasedAt, amountCents, items, source, key }) =>
    [
      users.get(`${userId}`)?.externalId,
      purchasedAt.toISOString().slice(0, 16),
      amountCents,
      items,
      `${source}:${key}`,
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
    await run(files);
    await Promise.all([UserModel.deleteMany(), PurchaseModel.deleteMany()]);
    const both = await Promise.all([run(files), run(files)]);
    expect(both.flatMap(({ refused }) => refused)).toEqual([]);
    expect(await UserModel.countDocuments()).toBe(2500);
    expect(await PurchaseModel.countDocuments()).toBe(2500);
  });

  it('lets a user take on what the file says now; the last of two lines counts, and is told', async () => {
    await run();
    const users = `${USERS}a,new@example.com,Europe/Berlin,false\n`;
    const again = await run({ users });
    expect(again.users).toEqual({ added: 0, changed: 1, unchanged: 1 });
    expect(again.refused).toEqual([
      'users.csv:4: Note: the user of line 2 again; the last line counts.',
    ]);
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
      'users.csv:4: email is not an e-mail address of at most 254 bytes',
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

  it.each([
    [
      'says otherwise',
      PURCHASES.replace('11.77', '12'),
      /purchases\.csv:2: is another purchase than/,
    ],
    ['lacks a line', PURCHASES.replace(/b,.*/, ''), /purchases\.csv:4: was a purchase/],
    ['ends earlier', PURCHASES.slice(0, PURCHASES.lastIndexOf('b,')), null],
    ['has become another', PURCHASES.replaceAll('2026', '2025'), /purchases\.csv:2: is another/],
    ['has ids now', withIds(PURCHASES), null],
  ])(
    'stores nothing of a file that %s since the import of the same source',
    async (_, purchases, told) => {
      await run({ source: 'shop' });
      const before = await stored();
      const users = `${USERS}c,c@example.com,UTC,true\n`;
      const log = createRefusalLog();
      const grown = `${purchases}${purchases.includes('purchaseId') ? '9,' : ''}c,2026-05-01,1,1\n`;
      await expect(run({ users, purchases: grown, source: 'shop', log })).rejects.toThrow(
        /^Nothing was imported: of \d purchases .* "shop" .* --source <another name>.* --replace/,
      );
      if (told !== null) expect(log.close().join('\n')).toMatch(told);
      expect(await stored()).toEqual(before);
      expect(await UserModel.countDocuments()).toBe(2);
    },
  );

  it('takes another file under another name', async () => {
    await run();
    const other = PURCHASES.replaceAll('2026', '2025');
    expect((await run({ purchases: other, source: '2025' })).purchases.added).toBe(3);
    expect(await stored()).toHaveLength(6);
  });

  it('puts a file in place of the earlier one when told to', async () => {
    await run();
    await run({ source: 'other' });
    const shorter = 'externalId,purchasedAt,amount,items\n\nb,2026-01-31,11.77,1\n';
    const { purchases } = await run({ purchases: shorter, replace: true });
    expect(purchases).toEqual({ added: 0, replaced: 1, unchanged: 0, removed: 2 });
    const longer = PURCHASES.replace('11.77', '12');
    expect((await run({ purchases: longer, replace: true })).purchases).toEqual({
      added: 2,
      replaced: 1,
      unchanged: 0,
      removed: 0,
    });
    expect(await PurchaseModel.countDocuments({ source: 'other' })).toBe(3);
  });

  it.each([
    [
      'purchase',
      { purchases: 'externalId,purchasedAt,amount,items\na,2026-01-31,11.77,1\nb,oops,1,1\n' },
    ],
    [
      'user',
      { users: `${USERS}c,c@example.com,Mars,true\n`, purchases: PURCHASES.replace('11.77', '12') },
    ],
  ])('replaces and removes nothing when one %s is refused', async (_, given) => {
    await run();
    const before = await stored();
    await expect(run({ ...given, replace: true })).rejects.toThrow(
      'Nothing was imported and nothing replaced: 1 lines are refused',
    );
    expect(await stored()).toEqual(before);
  });

  it('stores nothing of a file that is written to meanwhile', async () => {
    const growing = () => ({
      update: () => appendFileSync(join(folder, 'purchases.csv'), 'b,2026-02-03,1,1\n'),
      stop() {},
    });
    await expect(run({ startProgress: growing })).rejects.toThrow(
      'was written to while it was read',
    );
    expect(await UserModel.countDocuments()).toBe(0);
  });

  it('refuses the lines of a user whose deletion was interrupted, and says how to finish it', async () => {
    await run();
    const gone = { active: false, deletedAt: new Date() };
    await UserModel.updateOne({ externalId: 'a' }, { $set: gone });
    await PurchaseModel.deleteMany({ key: { $lt: 4 } });
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

  it('removes nothing for a file without one purchase', async () => {
    await run();
    const empty = 'externalId,purchasedAt,amount,items\n';
    await expect(run({ purchases: empty, replace: true })).rejects.toThrow(
      'the file has no purchase, and --replace would remove all of "purchases.csv"',
    );
    expect(await stored()).toHaveLength(3);
  });

  it.each([
    ['a header that lacks a column', { purchases: 'externalId,amount\n' }, /lacks the column/],
    ['an empty file', { users: '' }, /is empty/],
    ["the sample's name", { source: SAMPLE_SOURCE }, /names the sample's purchases/],
  ])('stores nothing at all for %s', async (_, given, message) => {
    await expect(run(given)).rejects.toThrow(message);
    expect(await UserModel.countDocuments()).toBe(0);
  });
});

describe('purchases with ids', () => {
  const IDENTIFIED = withIds(PURCHASES);

  it('are known by them, whatever their line, and whatever the name of their file', async () => {
    await run({ purchases: IDENTIFIED });
    expect(await stored()).toEqual([
      'a 2026-01-31T00:00 1177 1 purchases:1',
      'a 2026-01-31T00:00 1177 1 purchases:2',
      'b 2026-02-01T01:00 500 2 purchases:3',
    ]);
    const [header, ...rows] = IDENTIFIED.trimEnd().split('\n');
    const grown = [header, '4,b,2026-03-01,7,1', ...rows.toReversed()].join('\n');
    expect(await run({ purchases: grown })).toMatchObject({
      purchases: { added: 1, unchanged: 3 },
      refused: [],
    });
    const newest = `${header}\n5,b,2026-04-01,7,1\n4,b,2026-03-01,7,1\n`;
    expect((await run({ purchases: newest })).purchases).toEqual({
      added: 1,
      replaced: 0,
      unchanged: 1,
      removed: 0,
    });
    expect(await stored()).toHaveLength(5);
  });

  it('of another source are others', async () => {
    await run({ purchases: IDENTIFIED });
    expect((await run({ purchases: IDENTIFIED, source: 'shop' })).purchases.added).toBe(3);
  });

  it('are corrected with --replace only, and none is removed', async () => {
    await run({ purchases: IDENTIFIED });
    const before = await stored();
    const [header] = IDENTIFIED.split('\n');
    const correction = `${header}\n3,b,2026-02-01,6,2\n4,b,2026-02-02,6,2\n`;
    await expect(run({ purchases: correction })).rejects.toThrow(
      'Nothing was imported: of 1 purchases that an earlier import brought as "purchases"',
    );
    expect(await stored()).toEqual(before);
    expect((await run({ purchases: correction, replace: true })).purchases).toEqual({
      added: 1,
      replaced: 1,
      unchanged: 0,
      removed: 0,
    });
    expect(await stored()).toHaveLength(4);
  });

  it('take the place of those that were known by their lines', async () => {
    await run({ source: 'shop' });
    const replaced = await run({ purchases: IDENTIFIED, source: 'shop', replace: true });
    expect(replaced.purchases).toMatchObject({ added: 3, removed: 3 });
    const back = await run({ source: 'shop', replace: true });
    expect(back.purchases).toMatchObject({ added: 3, removed: 3 });
  });

  it('may stand once in a file', async () => {
    const twice = `${IDENTIFIED}2,a,2026-01-31,11.77,1\n,a,2026-01-31,1,1\n`;
    const { purchases, refused } = await run({ purchases: twice });
    expect(purchases.added).toBe(3);
    expect(refused).toEqual([
      'purchases.csv:6: purchaseId is empty',
      'purchases.csv:5: purchaseId stands in line 3 already: a purchase has one line',
    ]);
  });

  it('double nothing when two imports of the same files run at once', async () => {
    await run({ users: USERS, purchases: IDENTIFIED });
    await PurchaseModel.deleteMany();
    const both = await Promise.all([
      run({ purchases: IDENTIFIED }),
      run({ purchases: IDENTIFIED }),
    ]);
    expect(both.flatMap(({ refused }) => refused)).toEqual([]);
    expect(await PurchaseModel.countDocuments()).toBe(3);
  });
});

describe('a user', () => {
  const NO_PURCHASES = 'externalId,purchasedAt,amount,items\n';

  it('keeps the e-mail when the file has no such column, and loses it when the file says so', async () => {
    await run();
    const silent = 'externalId,timezone,active\na,UTC,false\nc,UTC,true\n';
    expect((await run({ users: silent, purchases: NO_PURCHASES, source: 'x' })).users).toEqual({
      added: 1,
      changed: 1,
      unchanged: 0,
    });
    const email = async (externalId: string) =>
      (await UserModel.findOne({ externalId }).lean())?.email;
    expect([await email('a'), await email('c')]).toEqual(['a@example.com', null]);
    const without = 'externalId,email,timezone,active\na,,UTC,false\n';
    await run({ users: without, purchases: NO_PURCHASES, source: 'x' });
    expect(await email('a')).toBeNull();
  });

  it('may not be stored with an e-mail of more than 254 bytes, nor named like an ObjectId', async () => {
    const user = { externalId: 'x', timezone: 'UTC', active: true };
    const email = `${'ä'.repeat(125)}@a.example`;
    await expect(UserModel.create({ ...user, email })).rejects.toThrow('at most 254 bytes');
    const externalId = '507f1f77bcf86cd799439011';
    await expect(UserModel.create({ ...user, externalId })).rejects.toThrow('like an ObjectId');
    await expect(UserModel.create(user)).resolves.toMatchObject({ email: null });
  });
});
