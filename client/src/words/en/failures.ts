import { count, many } from '../numbers.ts';

export const failures = {
  none: 'No job stands failed.',
  jobs: 'Jobs',
  seen: 'Seen',
  example: 'Example',
  sampled: (seen: number) =>
    `Grouped from the newest ${many(seen, 'failed job')}; older ones are not counted here.`,
  all: (seen: number) => `Grouped from all ${many(seen, 'failed job')}.`,
  trial: 'Retry five',
  trialText: (code: string) =>
    `Puts the five oldest jobs that failed with ${code} into the queue again, to see whether the cause is mended.`,
  rest: 'Retry the rest',
  restText: (code: string) =>
    `Puts every job that stands failed with ${code} into the queue again, 20 a second. Jobs that fail later are not touched.`,
  dismiss: 'Set aside',
  dismissText: (code: string) =>
    `The jobs that stand failed with ${code} now, of all runs, are no news any more: the front page does not count them. They stay failed and can be retried. What fails with it later is told again.`,
  recall: 'Count again',
  recallText: (code: string) => `The front page counts the failures with ${code} again.`,
  dismissed: 'Set aside',
  dismissedBy: (by: string) => `by ${by},`,
  failedSince: 'some have failed since',
  retried: (retried: number, skipped: number) =>
    `${many(retried, 'job')} in the queue again${skipped > 0 ? `, ${count(skipped)} skipped` : ''}.`,
};
