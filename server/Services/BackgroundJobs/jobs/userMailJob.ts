import { z } from 'zod';
import {
  dueMail,
  findRecipient,
  type UserMailKind,
  usersToMail,
} from '../../UserMails/dueMails.ts';
import type { Span } from '../../UserMails/localTimes.ts';
import { defineJob, type JobDefinition } from '../queues/jobDefinition.ts';
import { defineSource, type Source } from '../runs/source.ts';
import type { SlotToBegin } from '../scheduling/defineSchedule.ts';

// What the kinds of mail have in common that each user gets once, at a time of their own zone.

const spanSchema = z.object({ from: z.iso.datetime(), until: z.iso.datetime() });
const payloadSchema = spanSchema.extend({ userId: z.string().regex(/^[0-9a-f]{24}$/) });
const resultSchema = z.object({ effects: z.number().int() });

export type UserMailPayload = z.infer<typeof payloadSchema>;
export type UserMailResult = z.infer<typeof resultSchema>;

/** The kind of job that puts one such mail into the outbox. */
export function defineUserMailJob(kind: string): JobDefinition<UserMailPayload, UserMailResult> {
  return defineJob({
    kind,
    queue: { name: kind, concurrency: () => 5 },
    version: 1,
    userOf: (payload) => payloadSchema.safeParse(payload).data?.userId ?? null,
    payload: payloadSchema,
    result: resultSchema,
    options: (env) => ({
      attempts: 4,
      retryDelayMs: env.JOB_RETRY_DELAY_MS,
      retryJitter: 0.2,
      deadlineMs: 60_000,
    }),
  });
}

/** The users for whom such a mail fell due within the span that a run covers. */
export function defineUserMailSource(
  job: JobDefinition<UserMailPayload, UserMailResult>,
  kind: UserMailKind,
): Source {
  return defineSource({
    job,
    input: spanSchema,
    next: (after, limit, { input }) => usersToMail(kind, datesOf(input), after, limit),
    request: (userId, span) => ({ userId, payload: { userId, ...span } }),
  });
}

const FIRST_SPAN_MS = 15 * 60_000;

/** Everything since the last slot that began: none falls between two slots. */
export function spanOf({ slot, since }: SlotToBegin): z.infer<typeof spanSchema> {
  const from = since ?? new Date(slot.getTime() - FIRST_SPAN_MS);
  return { from: from.toISOString(), until: slot.toISOString() };
}

/** Who gets which mail by this job; null when it is not due any more. */
export async function recipientOf(kind: UserMailKind, payload: UserMailPayload) {
  const user = await findRecipient(payload.userId);
  const mail = user === null ? null : dueMail(kind, user, datesOf(payload));
  return user === null || mail === null ? null : { user, ...mail };
}

function datesOf({ from, until }: z.infer<typeof spanSchema>): Span {
  return { from: new Date(from), until: new Date(until) };
}
