import { KNOWN } from './history.mjs';

/**
 * What there is to ask for: ids that the API itself has answered.
 * @typedef {object} Ids
 * @property {string} openRun a run that has just begun
 * @property {readonly string[]} runs
 * @property {readonly string[]} failed jobs
 * @property {readonly string[]} keys of jobs
 * @property {string} deep a cursor far down the list of jobs
 * @property {number} users
 */

/**
 * Another one each time.
 * @template Value
 * @param {readonly Value[]} values
 * @param {number} turn
 */
const pick = (values, turn) => /** @type {Value} */ (values[(turn * 7) % values.length]);

/** @param {Ids} ids @param {number} turn */
const userOf = ({ users }, turn) => String(1 + ((turn * 7_919) % users)).padStart(6, '0');

const JOBS = '/app/jobs?limit=50';
const STATUS = '/app/job-status';
const SINGLE_KINDS = KNOWN.kinds.filter((kind) => kind !== 'user-data');
const STATES = ['scheduled', 'queued', 'active', 'delayed', 'completed', 'failed', 'cancelled'];

/**
 * Every request that a page of the dashboard makes, and each word of the search.
 * @type {Record<string, (ids: Ids, turn: number) => string>}
 */
export const VIEWS = {
  now: () => '/app/now',
  changes: () => '/app/changes',
  session: () => '/app/auth/session',
  schedules: () => '/app/schedules',
  'preview of a schedule': () => '/app/schedules/user-data-hourly/preview',
  runs: () => `${STATUS}/runs?limit=50`,
  'runs to compare with': () => `${STATUS}/runs?limit=100`,
  'a run': ({ runs }, turn) => `${STATUS}/runs/${pick(runs, turn)}`,
  'the open run': ({ openRun }) => `${STATUS}/runs/${openRun}`,
  'failures of a run': ({ runs }, turn) => `/app/failures?runId=${pick(runs, turn)}`,
  jobs: () => JOBS,
  'jobs, far down': ({ deep }) => `${JOBS}&cursor=${encodeURIComponent(deep)}`,
  'jobs, 500 a page': () => '/app/jobs?limit=500',
  'status:': (_, turn) => `${JOBS}&status=${pick(STATES, turn)}`,
  'user:': (ids, turn) => `${JOBS}&user=${userOf(ids, turn)}`,
  'run:': ({ runs }, turn) => `${JOBS}&run=${pick(runs, turn)}`,
  'run: of the open run': ({ openRun }) => `${JOBS}&run=${openRun}`,
  'run: status:failed': ({ runs }, turn) => `${JOBS}&run=${pick(runs, turn)}&status=failed`,
  'run: status:completed': ({ runs }, turn) => `${JOBS}&run=${pick(runs, turn)}&status=completed`,
  'run: error:': ({ runs }, turn) =>
    `${JOBS}&run=${pick(runs, turn)}&error=${pick(KNOWN.codes, turn)}`,
  'kind: of runs': () => `${JOBS}&kind=user-data`,
  'kind: of single jobs': (_, turn) => `${JOBS}&kind=${pick(SINGLE_KINDS, turn)}`,
  'kind: rare': () => `${JOBS}&kind=report`,
  'kind: that has none': () => `${JOBS}&kind=weekly-email`,
  'kind: status:failed': (_, turn) => `${JOBS}&kind=${pick(KNOWN.kinds, turn)}&status=failed`,
  'kind: status:completed': (_, turn) => `${JOBS}&kind=${pick(KNOWN.kinds, turn)}&status=completed`,
  'queue:': (_, turn) => `${JOBS}&queue=${pick(KNOWN.queues, turn)}`,
  'queue: status:failed': (_, turn) => `${JOBS}&queue=${pick(KNOWN.queues, turn)}&status=failed`,
  'queue: status:cancelled': (_, turn) =>
    `${JOBS}&queue=${pick(KNOWN.queues, turn)}&status=cancelled`,
  'error:': (_, turn) => `${JOBS}&error=${pick(KNOWN.codes, turn)}`,
  'error: frequent': () => `${JOBS}&error=${KNOWN.codes[0]}`,
  'error: that none has': () => `${JOBS}&error=NEVER_SEEN`,
  'error: status:failed': (_, turn) => `${JOBS}&error=${pick(KNOWN.codes, turn)}&status=failed`,
  'error: kind:': (_, turn) =>
    `${JOBS}&error=${pick(KNOWN.codes, turn)}&kind=${pick(KNOWN.kinds, turn)}`,
  'user: status:failed': (ids, turn) => `${JOBS}&user=${userOf(ids, turn)}&status=failed`,
  'user: kind: status:failed': (ids, turn) =>
    `${JOBS}&user=${userOf(ids, turn)}&kind=user-data&status=failed`,
  'key:': ({ keys }, turn) => `${JOBS}&key=${encodeURIComponent(pick(keys, turn))}`,
  'an id': ({ failed }, turn) => `${JOBS}&id=${pick(failed, turn)}`,
  'an id that is none': () => `${JOBS}&id=nothing-of-this-name`,
  'a job': ({ failed }, turn) => `${STATUS}/status/job/${pick(failed, turn)}`,
  'why of a job': ({ failed }, turn) => `${STATUS}/why/${pick(failed, turn)}`,
  'history of a job': ({ failed }, turn) => `${STATUS}/status/job/${pick(failed, turn)}/history`,
  'log of a job': ({ failed }, turn) => `${STATUS}/status/job/${pick(failed, turn)}/log`,
  failures: () => '/app/failures',
  'jobs of a group': (_, turn) => `${STATUS}/failed?limit=100&code=${pick(KNOWN.codes, turn)}`,
  queues: () => '/app/queues',
  'what waits in a queue': () => '/app/queues/user-data/waiting?olderThanSeconds=0',
  'jobs at work': () => `${STATUS}/recent?status=active&limit=100`,
  'numbers by minute': () => '/app/numbers?by=minute',
  'numbers by hour': () => '/app/numbers?by=hour',
  'numbers by day': () => '/app/numbers?by=day',
  destinations: () => '/api/v1/destinations',
  'jobs that call': () => '/api/v1/http-jobs?limit=50',
  services: () => '/api/v1/services?limit=50',
  orders: () => '/api/v1/commerce/orders?limit=50',
  invoices: () => '/api/v1/commerce/invoices?limit=50',
  customers: () => '/api/v1/commerce/customers?limit=50',
  reports: () => '/api/v1/commerce/reports?limit=50',
  audit: () => '/app/audit?limit=50',
};
