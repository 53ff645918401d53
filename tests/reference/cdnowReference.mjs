// The figures of the BG/NBD paper for every customer of the CDNOW file, from its raw lines and on
// their own: nothing here is shared with the product, so that the two can be held against each other.
//
//   node tests/reference/cdnowReference.mjs data/cdnow/CDNOW_master.txt 1997-09-30 > reference.csv
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';

/** The paper's estimates for these customers. */
const R = 0.243;
const ALPHA = 4.414;
const A = 0.793;
const B = 2.426;

/**
 * @typedef {{frequency: number, recencyWeeks: number, ageWeeks: number, monetary: number,
 *   totalSpend: number, pAlive: number | null, purchases: number}} Figures
 */

/** @param {string} yyyymmdd @returns {number} Julian day number (Fliegel & Van Flandern, 1968) */
function julianDay(yyyymmdd) {
  const y = Number(yyyymmdd.slice(0, 4));
  const m = Number(yyyymmdd.slice(4, 6));
  const d = Number(yyyymmdd.slice(6, 8));
  const leap = Math.trunc((m - 14) / 12);
  return (
    d -
    32075 +
    Math.trunc((1461 * (y + 4800 + leap)) / 4) +
    Math.trunc((367 * (m - 2 - leap * 12)) / 12) -
    Math.trunc((3 * Math.trunc((y + 4900 + leap) / 100)) / 4)
  );
}

/**
 * @param {string} path of the CDNOW file
 * @param {string} asOf `YYYY-MM-DD`
 * @returns {Map<string, Figures>} by customer
 */
export function cdnowReference(path, asOf) {
  const until = asOf.replaceAll('-', '');
  /** @type {Map<string, Map<string, bigint>>} customer → day → cents */
  const days = new Map();
  /** @type {Map<string, number>} */
  const lines = new Map();
  for (const line of readFileSync(path, 'latin1').split('\n').slice(1)) {
    const [customer, day, , dollars] = line.trim().split(/\s+/);
    if (customer === undefined || day === undefined || dollars === undefined) continue;
    if (day > until) continue;
    const byDay = days.get(customer) ?? new Map();
    byDay.set(day, (byDay.get(day) ?? 0n) + BigInt(dollars.replace('.', '')));
    days.set(customer, byDay);
    lines.set(customer, (lines.get(customer) ?? 0) + 1);
  }
  return new Map(
    [...days].map(([customer, byDay]) => [
      customer,
      { ...figures(byDay, until), purchases: lines.get(customer) ?? 0 },
    ]),
  );
}

/** @param {Map<string, bigint>} byDay @param {string} until @returns {Omit<Figures, 'purchases'>} */
function figures(byDay, until) {
  const [first = '', ...repeats] = [...byDay.keys()].sort();
  const birth = julianDay(first);
  const x = repeats.length;
  const tx = x === 0 ? 0 : (julianDay(/** @type {string} */ (repeats.at(-1))) - birth) / 7;
  const age = (julianDay(until) - birth) / 7;
  const repeatCents = repeats.reduce((sum, day) => sum + (byDay.get(day) ?? 0n), 0n);
  const allCents = [...byDay.values()].reduce((sum, cents) => sum + cents, 0n);
  return {
    frequency: x,
    recencyWeeks: tx,
    ageWeeks: age,
    monetary: x === 0 ? 0 : Number(repeatCents) / (100 * x),
    totalSpend: Number(allCents) / 100,
    pAlive: x === 0 ? null : alive(x, tx, age),
  };
}

/** Share of the likelihood that belongs to "still buying", on the log scale. */
function alive(/** @type {number} */ x, /** @type {number} */ tx, /** @type {number} */ age) {
  const logOdds =
    Math.log(B + x - 1) - Math.log(A) + (R + x) * (Math.log(ALPHA + tx) - Math.log(ALPHA + age));
  return Math.exp(logOdds) / (1 + Math.exp(logOdds));
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const [, , path = 'data/cdnow/CDNOW_master.txt', asOf = '1997-09-30'] = argv;
  const rows = cdnowReference(path, asOf);
  console.log('customer,frequency,recencyWeeks,ageWeeks,monetary,totalSpend,pAlive,purchases');
  for (const [customer, f] of rows) {
    console.log(
      [
        customer,
        f.frequency,
        f.recencyWeeks,
        f.ageWeeks,
        f.monetary,
        f.totalSpend,
        f.pAlive ?? '',
        f.purchases,
      ].join(','),
    );
  }
}
