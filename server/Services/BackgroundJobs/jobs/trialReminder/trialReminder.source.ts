import { TRIAL } from '../../../UserMails/dueMails.ts';
import { defineUserMailSource } from '../userMailJob.ts';
import { trialReminderJob } from './trialReminder.job.ts';

/** The users for whom it fell due since the last slot, and who have not had it. */
export const trialReminderSource = defineUserMailSource(trialReminderJob, TRIAL);
