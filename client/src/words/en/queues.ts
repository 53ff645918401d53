import { count, many } from '../numbers.ts';

export const queues = {
  pause: 'Pause',
  pauseText: (queue: string) =>
    `No job of ${queue} begins until it is resumed. Jobs at work end. It stays so over restarts.`,
  resume: 'Resume',
  resumeText: (queue: string) => `The jobs that wait in ${queue} begin again.`,
  exclusion: 'A limit is no mutual exclusion: a job whose worker froze may be at work twice.',
  drain: 'Drain',
  drainText: (jobs: number) =>
    `${many(jobs, 'job')} that wait, as counted now, will be cancelled: they are not done, now or later. Jobs at work end, and none that comes later is touched.`,
  drained: (jobs: number) => `${many(jobs, 'job')} are being cancelled.`,
  clean: 'Clean',
  cleanText:
    'Cancels the jobs that have waited for so long: they are not done, now or later. Jobs at work end, and none that comes later is touched.',
  cleanHours: 'Waiting for at least so many hours',
  cleanCount: 'What will be lost has not been counted yet.',
  cleanLost: (jobs: number) =>
    jobs === 0
      ? 'No job has waited for so long.'
      : `${many(jobs, 'job')}, as counted now, will be lost:`,
  cleanGroup: (jobs: number, kind: string, state: string) =>
    `${count(jobs)} of ${kind} (${state}), the oldest accepted`,
  limits: 'Limits',
  limitsText: 'An empty field is no limit. All workers follow within seconds.',
  save: 'Save the limits',
  concurrency: 'At once in one worker',
  maxConcurrency: 'At once over all workers',
  rateMax: 'May begin',
  ratePer: 'in so many seconds',
  rate: (max: number, per: string) => `${count(max)} in ${per}`,
  noLimits: 'no limits set',
  pausedBy: (by: string) => `Paused by ${by}`,
  kinds: 'Kinds',
  waiting: 'Waiting',
  active: 'At work',
  delayed: 'Delayed',
  scheduled: 'Due later',
  failed: 'Failed',
  oldest: 'Oldest wait',
  lastCompleted: 'Last completed',
  workers: 'Workers',
  statuses: { ok: 'Flows', degraded: 'Needs a look', down: 'Stands still', paused: 'Paused' },
  all: 'All queues',
  none: 'There are no queues.',
};
