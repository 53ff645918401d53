/** Users an hour, from a small installation to one that a single queue does not serve. */
const SIZES = [10_000, 1_000_000, 100_000_000];
const HOUR_MS = 3_600_000;
/** How long records are kept unless it is said otherwise. */
const KEPT_HOURS = 7 * 24;
const GB = 1e9;

const PARTS = /** @type {const} */ (['workers', 'API', 'Redis', 'store']);

/**
 * What hourly runs of several sizes take, as a table: by what one user took in the cases `costs` and `bytes`.
 * Empty where these were not measured.
 * @param {readonly {case: string, variant: string, median: number}[]} figures
 * @returns {string[]} lines of Markdown
 */
export function hoursTable(figures) {
  const medianOf = (/** @type {string} */ name, /** @type {string} */ ending) =>
    figures.find((each) => each.case === name && each.variant.endsWith(ending))?.median;
  const costs = PARTS.map((part) => medianOf('costs', `${part}, ms of a core`));
  const recordBytes = medianOf('costs', 'bytes of BSON');
  const waitingBytes = medianOf('bytes', 'Hourwork');
  if (recordBytes === undefined || waitingBytes === undefined) return [];
  return [
    'By these figures, and those of `bytes`, hourly runs take:',
    '',
    `| users an hour | ${PARTS.map((part) => `${part}, cores`).join(' | ')} | Redis while all wait, GB | records of 7 days, GB of BSON |`,
    `| ---: |${' ---: |'.repeat(PARTS.length + 2)}`,
    ...SIZES.map((users) => {
      const cores = costs.map((ms = Number.NaN) => (users * ms) / HOUR_MS);
      const redis = (users * waitingBytes) / GB;
      const records = (users * KEPT_HOURS * recordBytes) / GB;
      return `| ${[users.toLocaleString('en'), ...[...cores, redis, records].map(shown)].join(' | ')} |`;
    }),
    '',
  ];
}

/** @param {number} value */
function shown(value) {
  if (value < 0.01) return '< 0.01';
  if (value < 10) return value.toFixed(2);
  return Math.round(value).toLocaleString('en');
}
