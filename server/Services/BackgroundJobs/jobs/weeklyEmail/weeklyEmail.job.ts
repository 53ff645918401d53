import { defineUserMailJob } from '../userMailJob.ts';

export const WEEKLY_EMAIL = 'weekly-email';

/** Puts one user’s summary of the week into the outbox. */
export const weeklyEmailJob = defineUserMailJob(WEEKLY_EMAIL);
