import type { Matter } from '../../now/situations.ts';
import { clockTime } from '../../parts/clock.ts';
import { count, many } from '../numbers.ts';

/** What is the matter, what comes if nothing is done, and what to do; the last is null where a click does it. */
export interface SituationWords {
  sentence: string;
  ifNothing: string;
  /** What to do by hand. */
  todo: string | null;
  /** The command that does it. */
  command: string | null;
}

const ONLY_WORKER = 'npx pm2 start ecosystem.config.js --only worker';
const RESTART_WORKERS = 'npx pm2 restart worker';

/** The words for each situation; `Record` lets none be forgotten. */
const WORDS: Record<Matter['code'], (matter: Matter) => SituationWords> = {
  'redis-away': (it) => ({
    sentence: `Redis gives no answer, so no job can be added or taken${since(it)}.`,
    ifNothing: `Each slot that falls due is missed or begun late${nextSlot(it)}. No accepted job is lost: its record is in MongoDB and it goes on when Redis answers.`,
    todo: 'Bring Redis back. Nothing needs to be done here afterwards.',
    command: 'npm start',
  }),
  'api-away': (it) => ({
    sentence: `The API gives no answer${since(it)}. What stands below is as it was then.`,
    ifNothing: `No slot begins unless another process runs the schedules${nextSlot(it)}. Workers go on with the jobs that wait, and what falls due meanwhile is caught up as each schedule says.`,
    todo: 'Bring the API back. The page goes on by itself.',
    command: 'npx pm2 restart api-server',
  }),
  'mongo-away': (it) => ({
    sentence: `MongoDB gives no answer${since(it)}, so nothing can be looked up, begun or changed. What stands below is as it was then.`,
    ifNothing: `No slot begins${nextSlot(it)}. Jobs at work end, and what they answered is kept in Redis until MongoDB is back: none is lost.`,
    todo: 'Bring MongoDB back. Nothing needs to be done here afterwards.',
    command: 'npm start',
  }),
  'mongo-slow': (it) => ({
    sentence: `MongoDB answers too slowly to say how all stands${since(it)}. What stands below is as it was then.`,
    ifNothing: `Runs and jobs go on, slower than usual${nextSlot(it)}.`,
    todo: 'See what keeps MongoDB busy. The page asks again by itself.',
    command: 'npm run doctor',
  }),
  restoring: (it) => ({
    sentence: `The database is being restored from a backup${since(it)}. What stands below is as it was then.`,
    ifNothing: `No slot begins and no job is done until the restore is at its end${nextSlot(it)}. Then all goes on by itself, as it stood when the backup was made.`,
    todo: 'Wait for it. If it was interrupted, so that no restore runs any more, bring it to its end.',
    command: 'npm run restore -- --recover',
  }),
  'api-refuses': (it) => ({
    sentence: `The API answers, but does not say how all stands${since(it)}: ${it.note || 'it gives no reason.'} What stands below is as it was then.`,
    ifNothing: `Runs and jobs may go on all the same: what failed is this look at them${nextSlot(it)}.`,
    todo: `See the log of the API${it.subject === null ? '' : ` for the request ${it.subject}`}. The page asks again by itself.`,
    command: 'npx pm2 logs api-server',
  }),
  'nobody-works': (it) => ({
    sentence: `No worker takes the jobs of ${it.subject}${it.affected ? `: ${many(it.affected, 'job')} wait` : ''}.`,
    ifNothing: `Jobs pile up, and each slot adds more${nextSlot(it)}. None is lost.`,
    todo: 'Start a worker.',
    command: ONLY_WORKER,
  }),
  'stands-still': (it) => ({
    sentence: `Jobs of ${it.subject} have waited${since(it)}, and no worker takes one though workers are alive.`,
    ifNothing: `The queue stands still, and each slot adds more${nextSlot(it)}.`,
    todo: 'Restart the workers: what they have at work is handed to the others.',
    command: RESTART_WORKERS,
  }),
  'goes-in-circles': (it) => ({
    sentence: it.note ?? `Jobs of ${it.subject} begin again and again, and none ends.`,
    ifNothing: 'They go on in a circle, and nothing is done.',
    todo: 'The workers’ log says why they are handed back. Most often a worker is older than the jobs.',
    command: 'npx pm2 reload ecosystem.config.js --only worker',
  }),
  'queue-unseen': (it) => ({
    sentence: it.note ?? `${it.subject} cannot be looked at.`,
    ifNothing: 'Nobody sees whether its jobs flow.',
    todo: 'See what Redis says of it in the log of the API.',
    command: 'npx pm2 logs api-server',
  }),
  'queue-paused': (it) => ({
    sentence: `${it.subject} is paused${it.by ? ` by ${it.by}` : ''}${since(it)}${it.note ? ` (“${it.note}”)` : ''}${it.affected ? `; ${many(it.affected, 'job')} wait` : ''}.`,
    ifNothing: `It stays paused, over restarts too, and each slot adds more jobs${nextSlot(it)}. None is lost.`,
    todo: null,
    command: null,
  }),
  'run-failing': (it) => ({
    sentence: `${it.affected === it.of ? 'Every' : `${count(it.affected ?? 0)} of ${count(it.of ?? 0)}`} job${it.affected === it.of ? '' : 's'} of the newest run failed${it.note ? `, the last with ${it.note}` : ''}.`,
    ifNothing: `The next run fails in the same way${nextSlot(it)}. Failed jobs are kept for a retry.`,
    todo: 'Mend the cause, retry five to see, then the rest.',
    command: null,
  }),
  'run-unbalanced': (it) => ({
    sentence: `The ledger of ${it.subject} does not balance: its counts are not the items it recorded.`,
    ifNothing:
      'The reconciler holds records and queue against each other each minute. If it stays so, jobs may be missing.',
    todo: 'Look at its ledger again in two minutes. If it still does not balance, see the log of the API.',
    command: 'npx pm2 logs api-server',
  }),
  'schedule-silent': (it) => ({
    sentence: `The slot of ${it.subject} at ${time(it.since)} was due, and nobody has begun it.`,
    ifNothing:
      'No slot begins anything until a scheduler runs. What is missed is caught up as the schedule says.',
    todo: 'See that one process runs the schedules: the API, unless SCHEDULES_ENABLED is false.',
    command: 'npm start',
  }),
  'provider-refuses': (it) => ({
    sentence: `${it.subject} refuses the token: ${many(it.affected ?? 0, 'message')} wait, the oldest${since(it)}; none is lost. It answers ${it.note ?? 'nothing more'}.`,
    ifNothing:
      'Each of them is tried again every ten minutes, at no cost of its attempts, until a token is accepted. What is to be sent meanwhile waits too.',
    todo: 'Put a new token into .env as WHATSAPP_TOKEN and reload the workers; the messages go by themselves then.',
    command: 'npx pm2 reload worker --update-env',
  }),
  'failures-rising': (it) => ({
    sentence: `Failures of ${it.subject} rise: ${count(it.affected ?? 0)} in the last five minutes, ${count((it.of ?? 0) - (it.affected ?? 0))} in the five before.`,
    ifNothing: `Each job of that cause fails once its attempts are used up, and stays failed until somebody retries it${nextSlot(it)}.`,
    todo: 'Look at an example, mend the cause, retry five to see, then the rest.',
    command: null,
  }),
  'destination-held': (it) => ({
    sentence: `${it.subject} ${it.note === 'down' ? 'is down' : 'asked us to wait'}${since(it)}: ${many(it.affected ?? 0, 'call')} to it wait, none is lost.`,
    ifNothing:
      it.note === 'down'
        ? 'One call at a time probes it. When it answers, the others go on; their attempts are not used up meanwhile.'
        : 'The calls go on by themselves when the time that it asked for is over.',
    todo: null,
    command: null,
  }),
  'nothing-done': (it) => ({
    sentence: `The slot of ${it.subject} at ${time(it.since)} completed, but did nothing, where those before it did something.`,
    ifNothing: `If there was nothing to do, nothing. Otherwise its next slot does nothing too${nextSlot(it)}.`,
    todo: 'Look at what its run went through: an empty source, or work that answers without effect.',
    command: null,
  }),
  'import-unfinished': (it) => ({
    sentence: `The import of ${it.subject} was begun at ${time(it.since)} and has not ended: it is under way, or was interrupted.`,
    ifNothing: 'Runs take the users that are there. One that goes on ends by itself.',
    todo: 'If it was interrupted, begin it again: what is there already is not imported twice.',
    command: 'npm run import:sample',
  }),
  'schedule-stopped': (it) => ({
    sentence: `${it.subject} is stopped${it.by ? ` by ${it.by}` : ''}${since(it)}${it.note ? ` (“${it.note}”)` : ''}.`,
    ifNothing: `Its next slot${it.next ? `, ${clockTime(it.next)},` : ''} begins nothing.`,
    todo: null,
    command: null,
  }),
  'run-warned': (it) => ({
    sentence: it.note ?? `The run ${it.subject} has a warning.`,
    ifNothing: 'The run goes on. The next one may overlap with it.',
    todo: 'More workers finish it sooner.',
    command: 'npx pm2 scale worker +1',
  }),
  'worker-silent': (it) => ({
    sentence: `The worker ${it.subject} fell silent without a farewell: it crashed, hangs or is frozen.`,
    ifNothing: 'Another worker takes over what it had within seconds, and PM2 starts a new one.',
    todo: 'If it happens again, its log says why.',
    command: 'npx pm2 logs worker',
  }),
  'worker-unfit': (it) => ({
    sentence: `The worker ${it.subject} could not register a queue: ${it.note}`,
    ifNothing: 'The others do the work of that queue.',
    todo: 'Mend what it names, then restart the workers.',
    command: RESTART_WORKERS,
  }),
  'clock-set-back': (it) => ({
    sentence: it.note ?? 'The clock of this machine was set back.',
    ifNothing: 'Slots begin again when the clock has passed that instant.',
    todo: 'Set the clock right, best by NTP.',
    command: null,
  }),
  'slot-missed': (it) => ({
    sentence: `The slot of ${it.subject} at ${time(it.since)} was ${it.note === 'overlapped' ? 'not begun, because the one before was still open' : 'skipped'}.`,
    ifNothing: `The next slot${it.next ? `, ${clockTime(it.next)},` : ''} does its work.`,
    todo: null,
    command: null,
  }),
  'versions-mixed': (it) => ({
    sentence: `Workers of several versions are at work (${it.note}): a deploy is under way.`,
    ifNothing: 'Jobs that older workers do not know are handed to newer ones.',
    todo: 'When the deploy is over, reload those that are left.',
    command: 'npx pm2 reload ecosystem.config.js --only worker',
  }),
  'jobs-failed': (it) => ({
    sentence: `${many(it.affected ?? 0, 'job')} stand${it.affected === 1 ? 's' : ''} failed${it.note ? `, the last with ${it.note}` : ''}.`,
    ifNothing: 'They are kept until their records expire, and are not tried again by themselves.',
    todo: null,
    command: null,
  }),
  'run-goes-on': (it) => ({
    sentence: `All is well: a run goes on since ${time(it.since)}, ${count(it.affected ?? 0)} of ${count(it.of ?? 0)} are done.`,
    ifNothing: `It ends by itself${nextSlot(it)}.`,
    todo: null,
    command: null,
  }),
  'all-well': (it) => ({
    sentence:
      it.since === null
        ? 'All is well. No run has begun yet.'
        : `All is well: the last run ended at ${time(it.since)}, balanced, ${count(it.affected ?? 0)} of ${count(it.of ?? 0)} completed.`,
    ifNothing: it.next === null ? 'No slot is due.' : `The next slot is at ${clockTime(it.next)}.`,
    todo: null,
    command: null,
  }),
};

export function situationInWords(matter: Matter): SituationWords {
  return WORDS[matter.code](matter);
}

function time(instant: string | null): string {
  return instant === null ? 'an unknown time' : clockTime(instant);
}

function since({ since }: Matter): string {
  return since === null ? '' : ` since ${clockTime(since)}`;
}

function nextSlot({ next }: Matter): string {
  return next === null ? '' : `; the next slot is at ${clockTime(next)}`;
}
