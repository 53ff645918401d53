import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/http.ts';
import type { Overview } from '../api/shapes.ts';
import { situationInWords } from '../words/en/situations.ts';
import examples from './exampleSituations.json' with { type: 'json' };
import { type Matter, mattersOf, wayOf } from './situations.ts';

/** Each situation as `GET /app/now` answers it. */
const situations = examples as readonly Matter[];
const overview = { asOf: '2026-11-22T11:30:00.000Z', situations } as unknown as Overview;

// The zone that the viewer has chosen.
beforeAll(() => vi.stubGlobal('localStorage', { getItem: () => 'utc' }));
afterAll(() => vi.unstubAllGlobals());

function exampleOf(code: Matter['code']): Matter {
  const found = situations.find((situation) => situation.code === code);
  if (found === undefined) throw new Error(`${code} has no example.`);
  return found;
}

const time = String.raw`\d\d:\d\d(:\d\d)?`;

/** The sentence, what comes if nothing is done, and the safe action: a click, a command or, if all is well, none. */
const SITUATIONS: readonly [Matter['code'], string, string, unknown][] = [
  [
    'all-well',
    `^All is well: the last run ended at .*${time}, balanced, 600 of 600 completed`,
    `^The next slot is at .*${time}`,
    null,
  ],
  [
    'run-goes-on',
    `^All is well: a run goes on since .*${time}, 40 of 600 are done`,
    `^It ends by itself; the next slot is at .*${time}`,
    { is: 'look', to: '/runs/user-data-hourly-20261122T110000Z', page: 'run' },
  ],
  [
    'run-warned',
    'ends after the next slot',
    'The next one may overlap',
    { is: 'look', to: '/runs/user-data-hourly-20261122T110000Z', page: 'run' },
  ],
  [
    'nobody-works',
    '^No worker takes the jobs of user-data: 412 jobs wait',
    `each slot adds more; the next slot is at .*${time}. None is lost`,
    { is: 'look', to: '/workers', page: 'workers' },
  ],
  [
    'redis-away',
    `^Redis gives no answer, so no job can be added or taken since .*${time}`,
    'No accepted job is lost',
    'npm start',
  ],
  [
    'queue-paused',
    `^user-data is paused by ada@example.com since .*${time} \\(“the provider is down”\\); 412 jobs wait`,
    'None is lost',
    { is: 'resume', queue: 'user-data' },
  ],
  [
    'schedule-stopped',
    `^user-data-hourly is stopped by ada@example.com since .*${time} \\(“a migration”\\)`,
    `Its next slot, .*${time}, begins nothing`,
    { is: 'start', schedule: 'user-data-hourly' },
  ],
  [
    'destination-held',
    `^api.example.com is down since .*${time}: 37 calls to it wait, none is lost`,
    'When it answers, the others go on',
    { is: 'look', to: '/destinations', page: 'destinations' },
  ],
  [
    'provider-refuses',
    `^WhatsApp refuses the token: 412 messages wait, the oldest since .*${time}; none is lost. It answers 190: `,
    'tried again every ten minutes',
    { is: 'look', to: '/jobs?q=kind%3Awhatsapp%20status%3Ascheduled', page: 'jobs' },
  ],
  [
    'failures-rising',
    '^Failures of DEADLINE_EXCEEDED rise: 41 in the last five minutes, 3 in the five before',
    'stays failed until somebody retries it',
    { is: 'look', to: '/failures', page: 'failures' },
  ],
  [
    'run-failing',
    '^Every job of the newest run failed, the last with JOB_FAILED',
    `^The next run fails in the same way; the next slot is at .*${time}`,
    { is: 'look', to: '/failures', page: 'failures' },
  ],
  [
    'schedule-silent',
    `^The slot of user-data-hourly at .*${time} was due, and nobody has begun it`,
    'caught up as the schedule says',
    { is: 'look', to: '/schedules', page: 'schedules' },
  ],
  [
    'slot-missed',
    `^The slot of user-data-hourly at .*${time} was not begun, because the one before was still open`,
    'does its work',
    { is: 'look', to: '/schedules', page: 'schedules' },
  ],
  [
    'nothing-done',
    `^The slot of credit-scores at .*${time} completed, but did nothing`,
    'Otherwise its next slot does nothing too',
    { is: 'look', to: '/schedules', page: 'schedules' },
  ],
  [
    'worker-silent',
    '^The worker web-1:4242:m3x fell silent',
    'Another worker takes over',
    { is: 'look', to: '/workers', page: 'workers' },
  ],
  [
    'versions-mixed',
    '^Workers of several versions are at work \\(0.1.0, 0.2.0\\)',
    'handed to newer ones',
    { is: 'look', to: '/workers', page: 'workers' },
  ],
  [
    'jobs-failed',
    '^7 jobs stand failed, the last with JOB_FAILED',
    'not tried again by themselves',
    { is: 'look', to: '/failures', page: 'failures' },
  ],
  [
    'import-unfinished',
    `^The import of sample was begun at .*${time} and has not ended`,
    'Runs take the users that are there',
    'npm run import:sample',
  ],
];

describe.each(SITUATIONS)('%s', (code, sentence, ifNothing, action) => {
  it('has a sentence, what comes of it, and one safe action', () => {
    const matter = exampleOf(code);
    const said = situationInWords(matter);
    expect(said.sentence).toMatch(new RegExp(sentence));
    expect(said.ifNothing).toMatch(new RegExp(ifNothing));
    expect(wayOf(matter, true) ?? said.command).toEqual(action);
  });

  it('says since when', () => {
    expect(exampleOf(code).since).toMatch(/^2026-/);
  });

  it('offers a viewer nothing that acts', () => {
    expect(wayOf(exampleOf(code), false)?.is ?? 'look').toBe('look');
  });
});

describe('an answer that could not be had anew', () => {
  it.each([
    [
      'api-away',
      new ApiError(0, 'NO_ANSWER', ''),
      /^The API gives no answer since .*as it was then/,
    ],
    ['api-away', new ApiError(502, 'NO_ANSWER', ''), /^The API gives no answer/],
    ['mongo-away', new ApiError(503, 'MONGODB_UNAVAILABLE', ''), /^MongoDB gives no answer since /],
    [
      'restoring',
      new ApiError(503, 'DATABASE_RESTORING', ''),
      /^The database is being restored from a backup since /,
    ],
    ['mongo-slow', new ApiError(503, 'MONGODB_SLOW', ''), /^MongoDB answers too slowly .* since /],
    [
      'api-refuses',
      new ApiError(500, 'INTERNAL', 'Something went wrong here.', 'req-7'),
      /^The API answers, but does not say how all stands since .*: Something went wrong here\. /,
    ],
    ['api-refuses', new ApiError(429, 'RATE_LIMITED', ''), /: it gives no reason\. /],
  ] as const)('is %s, not what was the matter before', (code, error, sentence) => {
    const [worst, ...others] = mattersOf(overview, error);
    expect(others).toEqual([]);
    expect(worst).toMatchObject({ code, level: 'down', since: overview.asOf });
    if (worst === undefined) return;
    expect(situationInWords(worst).sentence).toMatch(sentence);
    expect(situationInWords(worst).command).toMatch(/^np/);
    expect(wayOf(worst, true)).toBeNull();
  });

  it('names the request that failed, for the log', () => {
    const error = new ApiError(500, 'INTERNAL', 'Something went wrong here.', 'req-7');
    const [worst] = mattersOf(overview, error);
    expect(worst && situationInWords(worst).todo).toMatch(/for the request req-7\./);
  });

  it('is none while the API answers', () => {
    expect(mattersOf(overview, null)).toBe(situations);
  });
});
