import { defineUserMailJob } from '../userMailJob.ts';

export const TRIAL_REMINDER = 'trial-reminder';

/** Puts one reminder of the end of a trial into the outbox. */
export const trialReminderJob = defineUserMailJob(TRIAL_REMINDER);
