import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserModel } from '../../../server/models/UserModel.ts';
import { type UserSummaryDoc, UserSummaryModel } from '../../../server/models/UserSummaryModel.ts';
import { CDNOW_ESTIMATES } from '../../../server/Services/CustomerScoring/probabilityAlive.ts';
import { scoreCustomer } from '../../../server/Services/CustomerScoring/scoreCustomer.ts';
import { createUserDataGateway } from '../../../server/Services/CustomerScoring/userDataGateway.ts';
import { importSample } from '../../../server/Services/Importing/importSample.ts';
import { cdnowReference, type Figures } from '../../reference/cdnowReference.mjs';
import { useOwnDatabase } from './ownDatabase.ts';

const AS_OF = '1997-09-30';
const SAMPLE = 'data/cdnow/CDNOW_master.txt';
const AT_ONCE = 500;
/** Two decimals, rounded half up: off by at most half a hundredth, and by what a double adds. */
const PUBLISHED_PRECISION = 0.005 + 1e-9;

useOwnDatabase();

const summaries = new Map<string, UserSummaryDoc>();

beforeAll(async () => {
  await importSample({ keepDates: true, startProgress: () => ({ update() {}, stop() {} }) });
  await scoreEveryone();
  const users = new Map(
    (await UserModel.find({}, { externalId: 1 }).lean()).map((user) => [
      user._id.toHexString(),
      user.externalId,
    ]),
  );
  for (const summary of await UserSummaryModel.find().lean()) {
    summaries.set(users.get(summary.userId.toHexString()) ?? 'nobody', summary);
  }
}, 180_000);

/** As jobs do that run side by side, `AT_ONCE` at a time: read, score, save. */
async function scoreEveryone(): Promise<void> {
  const gateway = createUserDataGateway({ scoringParams: CDNOW_ESTIMATES });
  const { signal } = new AbortController();
  const data = gateway.forJob({ runSeq: 1, backfill: true, asOf: AS_OF, signal });
  const users = await UserModel.find({}, { _id: 1 }).lean();
  const next = users.values();
  async function work(): Promise<void> {
    for (const { _id } of next) {
      const userId = _id.toHexString();
      const purchases = await data.purchases(userId);
      await data.saveSummary(userId, scoreCustomer(purchases, AS_OF, data.scoringParams));
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** The customers whose summary differs, with what was expected; readable when there are some. */
function differing<T>(
  expected: Iterable<[string, T]>,
  agrees: (summary: UserSummaryDoc, figures: T) => boolean,
) {
  return [...expected].filter(([customer, figures]) => {
    const summary = summaries.get(customer);
    return summary === undefined || !agrees(summary, figures);
  });
}

const near = (one: number, other: number, precision: number) => Math.abs(one - other) <= precision;

describe('the sample as of 1997-09-30', () => {
  it('has one summary for each of the 23,570 customers', async () => {
    expect(summaries.size).toBe(23_570);
    expect(await UserSummaryModel.countDocuments({ asOf: AS_OF, runSeq: 1 })).toBe(23_570);
  });

  it('agrees with the published table for its 2,357 customers', () => {
    const published: Record<string, string>[] = parse(
      readFileSync('tests/reference/cdnow-published.csv'),
      { columns: true },
    );
    expect(published).toHaveLength(2357);
    const expected = published.map(
      ({ customer = '', ...figures }) => [customer, figures] as [string, Record<string, string>],
    );
    const wrong = differing(
      expected,
      (summary, row) =>
        summary.frequency === Number(row.frequency) &&
        near(summary.recencyWeeks, Number(row.recencyWeeks), PUBLISHED_PRECISION) &&
        near(summary.ageWeeks, Number(row.ageWeeks), PUBLISHED_PRECISION) &&
        near(summary.monetary, Number(row.monetary), PUBLISHED_PRECISION),
    );
    expect(wrong).toEqual([]);
  });

  it('agrees for all customers with figures made apart from it, from the raw lines', () => {
    const reference: Map<string, Figures> = cdnowReference(SAMPLE, AS_OF);
    expect(reference.size).toBe(23_570);
    const wrong = differing(
      reference,
      (summary, figures) =>
        summary.frequency === figures.frequency &&
        summary.purchases === figures.purchases &&
        summary.totalSpend === figures.totalSpend &&
        near(summary.recencyWeeks, figures.recencyWeeks, 1e-9) &&
        near(summary.ageWeeks, figures.ageWeeks, 1e-9) &&
        near(summary.monetary, figures.monetary, 1e-9) &&
        (figures.pAlive === null
          ? summary.pAlive === null
          : summary.pAlive !== null && near(summary.pAlive, figures.pAlive, 1e-9)),
    );
    expect(wrong).toEqual([]);
  });

  it('has the one-time buyers that the description of the sample counts', () => {
    const once = [...summaries.values()].filter(({ frequency }) => frequency === 0);
    expect(once).toHaveLength(14_119);
    expect(once.every(({ pAlive }) => pAlive === null)).toBe(true);
  });

  it('has each customer in the segment that the documented table says', () => {
    const wrong = [...summaries].filter(([, summary]) => {
      const since = Date.parse(AS_OF) - Number(summary.lastPurchaseAt);
      const { frequency, pAlive, segment } = summary;
      return segment !== documentedSegment(Math.floor(since / 86_400_000), frequency, pAlive ?? 1);
    });
    expect(wrong).toEqual([]);
    expect(new Set([...summaries.values()].map(({ segment }) => segment)).size).toBe(4);
  });
});

/** The table of docs/scoring.md, read row by row. */
function documentedSegment(days: number, frequency: number, pAlive: number): string {
  const column = frequency === 0 ? 0 : frequency <= 3 ? 1 : 2;
  const [row, limit, below] =
    days <= 90
      ? [['new', 'active', 'loyal'], 0.5, 'at_risk']
      : days <= 365
        ? [['at_risk', 'at_risk', 'at_risk'], 0.25, 'dormant']
        : [['dormant', 'dormant', 'dormant'], 0, 'dormant'];
  return frequency > 0 && pAlive < limit ? below : (row[column] ?? 'none');
}
