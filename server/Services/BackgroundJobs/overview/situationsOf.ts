import type { Facts } from './facts.ts';
import { queueSituations } from './queueSituations.ts';
import { runSituations, well } from './runSituations.ts';
import { scheduleSituations } from './scheduleSituations.ts';
import { type Found, SITUATIONS, type Situation, situation } from './situation.ts';
import { surroundingSituations } from './surroundings.ts';
import { workerSituations } from './workerSituations.ts';

/** All that is the matter, the worst first; if nothing is, how well it goes. */
export function situationsOf(facts: Facts): Situation[] {
  const { redis, queues, schedules, surroundings, now } = facts;
  const found = [
    ...redisSituations(facts),
    ...(redis === 'up' ? queues.flatMap((queue) => queueSituations(queue, facts)) : []),
    ...runSituations(facts),
    ...schedules.flatMap((schedule) => scheduleSituations(schedule, now)),
    ...workerSituations(facts),
    ...failedJobs(facts),
    ...surroundingSituations(surroundings, now),
  ];
  const isFailing = found.some(({ code }) => code === 'run-failing');
  // That a run fails says it already.
  const told = found.filter(({ code }) => code !== 'failures-rising' || !isFailing);
  const all = told.length > 0 ? told : [well(facts)];
  const none = { subject: null, since: null, affected: null, of: null, by: null, note: null };
  const next = nextSlotOf(facts);
  return all
    .map((each) => ({ ...none, next, ...each }))
    .sort((left, right) => SITUATIONS.indexOf(left.code) - SITUATIONS.indexOf(right.code));
}

function nextSlotOf({ schedules }: Facts): Date | null {
  const due = schedules.flatMap(({ next }) => next ?? []).map((next) => next.getTime());
  return due.length === 0 ? null : new Date(Math.min(...due));
}

function redisSituations(facts: Facts): Found[] {
  if (facts.redis === 'up') return [];
  const completed = facts.queues.flatMap(({ lastCompletedAt }) => lastCompletedAt?.getTime() ?? []);
  const since = completed.length === 0 ? null : new Date(Math.max(...completed));
  return [situation('redis-away', 'down', { since })];
}

function failedJobs(facts: Facts): Found[] {
  const failed = facts.queues.reduce((sum, queue) => sum + queue.failed, 0);
  const affected = failed - facts.dismissed;
  if (affected <= 0) return [];
  const { code = null, at = null } = facts.lastFailure ?? {};
  return [situation('jobs-failed', 'notice', { affected, since: at, note: code })];
}
