import { expect, it } from 'vitest';
import { parseSettings } from '../../../config/env.ts';
import type { ScheduleParts } from '../scheduling/scheduleParts.ts';
import { catalogue } from './catalogue.ts';

const quiet = () => undefined;
const notCalled = () => Promise.reject(new Error('Nothing begins where schedules are made.'));

function schedulesWith(settings: Record<string, string>): string[] {
  const parts: ScheduleParts = {
    env: parseSettings(settings),
    producer: { drive: quiet, requireRoom: notCalled },
    enqueuer: { enqueue: notCalled },
    lanes: {
      of() {
        throw new Error('No lane is asked for where schedules are made.');
      },
    },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  };
  return catalogue.flatMap(({ schedule }) => {
    const made = schedule?.(parts) ?? null;
    return made === null ? [] : [`${made.name}: ${made.expression} ${made.timezone}`];
  });
}

it('the wholesale business has its schedules where they are switched on', () => {
  expect(schedulesWith({})).toEqual([]);
  expect(schedulesWith({ COMMERCE_SCHEDULES: 'true', TIMEZONE: 'Europe/Berlin' })).toEqual([
    'credit-scores-monthly: 0 5 1 * * Europe/Berlin',
    'payment-reminders-daily: 30 7 * * * Europe/Berlin',
  ]);
});
