import { AppError } from '../errors/AppError.ts';
import type { Page } from '../models/pages.ts';
import type { Administration } from '../Services/BackgroundJobs/admin/administration.ts';
import { taskView, taskViews } from '../Services/BackgroundJobs/jobs/httpTask/httpTask.views.ts';
import type { DestinationView } from '../Services/HttpTasks/destinations.ts';
import { findExecution } from '../Services/HttpTasks/executionPages.ts';
import { endExecution } from '../Services/HttpTasks/executions.ts';
import type { HttpJobInput } from '../Services/HttpTasks/httpJobInput.ts';
import type { HttpJobPatch, HttpJobs, TaskInput } from '../Services/HttpTasks/httpJobs.ts';
import { cancelMemoryTask } from '../Services/HttpTasks/memoryTasks.ts';
import { reportOnWays } from '../Services/HttpTasks/waysReport.ts';
import { accepted, created, ok } from './reply.ts';

export interface HttpTasksDeps {
  httpJobs: HttpJobs;
  destinations(): Promise<DestinationView[]>;
  administration: Pick<Administration, 'cancelJob' | 'retryJob'>;
}

interface Requester {
  accountId: string;
  idempotencyKey?: string | undefined;
}

/** Addresses that are called: once, when it is asked for, or on a schedule. */
export function createHttpTasksController({
  httpJobs,
  destinations,
  administration,
}: HttpTasksDeps) {
  return {
    create: async (input: HttpJobInput) => created(await httpJobs.create(input)),
    list: async (page: Page) => ok(await httpJobs.list(page)),
    get: async (id: string) => ok(await httpJobs.get(id)),
    async update(id: string, patch: HttpJobPatch) {
      if (Object.keys(patch).length === 0) {
        throw new AppError('VALIDATION_FAILED', 'Say what is to be changed.');
      }
      return ok(await httpJobs.update(id, patch));
    },
    async remove(id: string) {
      await httpJobs.remove(id);
      return ok({ id, removed: true as const });
    },
    pause: async (id: string) => ok(await httpJobs.setEnabled(id, false)),
    resume: async (id: string) => ok(await httpJobs.setEnabled(id, true)),
    run: async (id: string, requester: Requester) => accepted(await httpJobs.run(id, requester)),
    preview: async (id: string) => ok(await httpJobs.preview(id)),
    async executions(id: string, page: Page) {
      const { items, nextCursor } = await httpJobs.executions(id, page);
      return ok({ items: await taskViews(items), nextCursor });
    },
    accept: async (input: TaskInput, requester: Requester) =>
      accepted(await httpJobs.accept(input, requester)),
    previewTask: async (input: TaskInput) => ok(httpJobs.previewTask(input)),
    task: async (id: string) => ok(await taskView(await findExecution(id))),
    // Other kinds of jobs have their own ways to be steered.
    async cancel(id: string) {
      const { way } = await findExecution(id);
      if (way === 'in-memory') {
        await cancelMemoryTask(id);
        return accepted({ id, status: 'cancelled' as const });
      }
      const { status } = await administration.cancelJob(id);
      if (status === 'cancelled') await endExecution(id, 'cancelled', null);
      return accepted({ id, status });
    },
    async retry(id: string, requestId: string) {
      const { way } = await findExecution(id);
      if (way === 'in-memory') {
        throw new AppError('NOT_RETRYABLE', 'It did not go through the queue: hand it in anew.');
      }
      await administration.retryJob(id, requestId);
      return accepted({ id });
    },
    report: async (from: Date, to: Date) => ok(await reportOnWays(from, to)),
    destinations: async () => ok({ items: await destinations() }),
  };
}

export type HttpTasksController = ReturnType<typeof createHttpTasksController>;
