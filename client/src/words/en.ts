import { audit } from './en/audit.ts';
import { changes } from './en/changes.ts';
import { commerce } from './en/commerce.ts';
import { common } from './en/common.ts';
import { destinations } from './en/destinations.ts';
import { failures } from './en/failures.ts';
import { incidents } from './en/incidents.ts';
import { jobs } from './en/jobs.ts';
import { now } from './en/now.ts';
import { numbers } from './en/numbers.ts';
import { queues } from './en/queues.ts';
import { run } from './en/runs.ts';
import { schedules } from './en/schedules.ts';
import { services } from './en/services.ts';
import { account, keys, live, login, nav, pages } from './en/shell.ts';
import { situationInWords } from './en/situations.ts';
import { workers } from './en/workers.ts';

/** English, a file for each page, and the shape of every other language. */
export const en = {
  appName: 'Hourwork',
  pages,
  nav,
  login,
  account,
  live,
  keys,
  common,
  situations: situationInWords,
  now,
  changes,
  incidents,
  run,
  jobs,
  failures,
  queues,
  workers,
  schedules,
  numbers,
  audit,
  destinations,
  services,
  commerce,
};

export type Words = typeof en;
