import { count } from '../numbers.ts';

const PARTS = { api: 'The API', worker: 'A worker' };

export const changes = {
  title: 'Since you last looked',
  firstTitle: 'In the last 24 hours',
  nothing: 'Nothing changed since you last looked,',
  nothingFirst: 'Nothing changed in the last 24 hours.',
  unknown: 'What changed since you last looked cannot be told now.',
  seen: 'Mark as seen',
  rest: (more: number) => `Show ${count(more)} more`,
  less: 'Show fewer',
  leftOut: 'Older changes are left out; Audit and Runs have them.',
  by: (who: string | null) => (who === null ? 'by you' : `by ${who}`),
  deploy: (part: keyof typeof PARTS, version: string, before: string | null) =>
    before === null
      ? `${PARTS[part]} began in version ${version}, the first that was noted`
      : `${PARTS[part]} began in version ${version}; before it was ${before}`,
  times: (times: number) => `${count(times)} times`,
  run: (runId: string) => `The run ${runId}`,
  ended: (failed: number, of: number) =>
    failed === 0 ? 'ended' : `ended with ${count(failed)} of ${count(of)} jobs failed`,
  unbalanced: 'and does not balance',
};
