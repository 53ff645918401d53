const SERVICES = [
  ...['CRM', 'BILLING', 'TAX', 'MAIL', 'SEARCH', 'MAPS', 'FX', 'STOCK', 'CARRIER', 'VAULT'],
  ...[
    'PRICING',
    'CREDIT',
    'LEDGER',
    'IDENTITY',
    'PUSH',
    'FILES',
    'RATES',
    'QUOTES',
    'AUDIT',
    'GEO',
  ],
];
const FAULTS = [
  ['TIMEOUT', 'gave no answer within'],
  ['REFUSED', 'refused the connection, after'],
  ['UNAUTHORIZED', 'answers 401, after'],
  ['FORBIDDEN', 'answers 403, after'],
  ['NOT_FOUND', 'answers 404, after'],
  ['CONFLICT', 'answers 409, after'],
  ['GONE', 'answers 410, after'],
  ['TOO_MANY', 'answers 429, after'],
  ['BROKEN', 'answers 500, after'],
  ['BAD_GATEWAY', 'answers 502, after'],
  ['UNAVAILABLE', 'answers 503, after'],
  ['RESET', 'reset the connection, after'],
  ['TLS', 'shows an expired certificate, after'],
  ['BAD_JSON', 'answered what is no JSON, after'],
  ['BAD_SHAPE', 'left a field out, after'],
];

/** @typedef {{code: string, service: string, says: string}} Group */

/** The 300 causes of failure: each is a code of its own. @type {readonly Group[]} */
export const GROUPS = FAULTS.flatMap(([fault = '', says = '']) =>
  SERVICES.map((service) => ({ code: `${service}_${fault}`, service, says })),
);

/**
 * The cause of a failure: few are frequent and many are rare, as in life.
 * @param {number} failure its number among the failures
 * @returns {Group}
 */
export function groupOf(failure) {
  // The same chance for each number at each scale makes the share of a group fall with its place.
  const chance = ((failure * 7_919) % 10_007) / 10_007;
  const place = Math.min(GROUPS.length - 1, Math.floor((GROUPS.length + 1) ** chance) - 1);
  return /** @type {Group} */ (GROUPS[Math.max(0, place)]);
}

/**
 * What it says: other numbers each time.
 * @param {Group} group
 * @param {number} job
 */
export function messageOf({ service, says }, job) {
  return `The service ${service} ${says} ${1_000 + (job % 29_000)} ms, for job ${job}.`;
}
