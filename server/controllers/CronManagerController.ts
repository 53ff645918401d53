import { AppError } from '../errors/AppError.ts';
import type { CronManager, ScheduleUpdate } from '../Services/BackgroundJobs/admin/cronManager.ts';
import { ok } from './reply.ts';

export interface CronManagerDeps {
  cronManager: CronManager;
}

/** A look at the schedules, as the query says it. */
export interface CronQuery {
  action: string;
  jobName?: string | undefined;
  limit: number;
  count: number;
}

/** A change of the schedules, as the body says it. */
export interface CronCommand {
  action: string;
  jobName?: string | undefined;
  note: string;
  by?: string | undefined;
  until?: Date | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  overlap?: 'skip' | 'queue' | 'allow' | null | undefined;
  expression?: string | null | undefined;
  timezone?: string | null | undefined;
  catchUp?: 'skip' | 'latest' | { allWithinMs: number } | null | undefined;
}

const LOOKS = ['status', 'history', 'preview'];
const COMMANDS = [
  ...['initialize', 'trigger', 'stop_all', 'start_all'],
  ...['start', 'stop', 'backfill', 'update'],
];

/** The manager of scheduled jobs: one call of the service for each action. */
export function createCronManagerController({ cronManager }: CronManagerDeps) {
  return {
    async look({ action, jobName, limit, count }: CronQuery) {
      if (action === 'status') return ok(await cronManager.status());
      if (action === 'history') {
        return ok(await cronManager.history(required(jobName, 'jobName'), limit));
      }
      if (action === 'preview') {
        return ok(await cronManager.preview(required(jobName, 'jobName'), count));
      }
      throw unknownAction(action, LOOKS);
    },
    async command(command: CronCommand, accountId: string) {
      const done = await perform(cronManager, command, command.by ?? accountId);
      return ok({ success: true as const, action: command.action, ...done });
    },
  };
}

export type CronManagerController = ReturnType<typeof createCronManagerController>;

async function perform(manager: CronManager, command: CronCommand, by: string) {
  const { action, note: why, until = null, from, to, overlap } = command;
  const asker = { by, why };
  const jobName = () => required(command.jobName, 'jobName');
  switch (action) {
    case 'initialize':
      await manager.initialize(asker);
      return { message: 'All schedules run, but for those that were stopped singly.' };
    case 'trigger':
      return { jobName: jobName(), ...(await manager.trigger(jobName())) };
    case 'stop_all':
      await manager.stopAll(asker);
      return { message: 'No schedule begins anything until initialize or start_all.' };
    case 'start_all':
      await manager.startAll(asker);
      return { message: 'All schedules run, but for those that were stopped singly.' };
    case 'stop':
      await manager.stop(jobName(), asker, until);
      return { jobName: jobName() };
    case 'start':
      await manager.start(jobName(), asker);
      return { jobName: jobName() };
    case 'backfill': {
      const range = { from: required(from, 'from'), to: required(to, 'to') };
      if (overlap === 'skip') throw new AppError('VALIDATION_FAILED', SKIPPING);
      const request = { ...range, overlap: overlap ?? 'queue' };
      return { jobName: jobName(), ...(await manager.backfill(jobName(), request, asker)) };
    }
    case 'update': {
      const job = await manager.update(jobName(), updateOf(command), asker);
      return { jobName: jobName(), job };
    }
    default:
      throw unknownAction(action, COMMANDS);
  }
}

const SKIPPING =
  'A backfill that skips overlaps would swallow itself: its "overlap" is "queue" (one after another) or "allow".';

/** What the command names; what it leaves out stays as it is. */
function updateOf({ expression, timezone, overlap, catchUp }: CronCommand): ScheduleUpdate {
  return {
    ...(expression !== undefined && { expression }),
    ...(timezone !== undefined && { timezone }),
    ...(overlap !== undefined && { overlap }),
    ...(catchUp !== undefined && { catchUp }),
  };
}

function required<Value>(value: Value | undefined, field: string): Value {
  if (value !== undefined) return value;
  throw new AppError('VALIDATION_FAILED', `This action needs "${field}".`);
}

function unknownAction(action: string, actions: readonly string[]): AppError {
  return new AppError(
    'VALIDATION_FAILED',
    `There is no action "${action.slice(0, 64)}" here: choose from ${actions.join(', ')}.`,
  );
}
