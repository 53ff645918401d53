import { count } from '../numbers.ts';

export const now = {
  since: 'Since',
  affected: 'Hits',
  ifNothing: 'If nothing is done',
  safe: 'The safe thing to do',
  elseWell: 'All else is well.',
  nothingToDo: 'Nothing needs to be done.',
  also: 'Also',
  more: 'More',
  copy: 'Copy',
  copied: 'Copied',
  matter: 'What is the matter',
  look: {
    queues: 'See the queues',
    schedules: 'See the schedules',
    failures: 'See the failures',
    run: 'See the run',
    jobs: 'See the jobs',
    workers: 'See the workers',
    destinations: 'See the destinations',
  },
  run: 'The current run',
  lastRun: 'The last run',
  noRun: 'No run has begun yet.',
  rate: (perSecond: number) =>
    perSecond >= 10 ? `${count(Math.round(perSecond))} users/s` : `${perSecond.toFixed(1)} users/s`,
  eta: (age: string) => `done in about ${age}`,
  etaLate: (age: string) => `done in about ${age}, after the next slot`,
  balanced: 'Balanced',
  unbalanced: 'Does not balance',
  equation: (sum: string, total: number, at: string) =>
    `${sum} = ${count(total)} items recorded, as counted at ${at}`,
  queues: 'Queues',
  workers: 'Workers',
  schedules: 'Schedules',
  noWorkers: 'No worker is alive.',
};
