import { WEEKLY } from '../../../UserMails/dueMails.ts';
import { defineUserMailSource } from '../userMailJob.ts';
import { weeklyEmailJob } from './weeklyEmail.job.ts';

/** The users for whom it fell due since the last slot, and who have not had it. */
export const weeklyEmailSource = defineUserMailSource(weeklyEmailJob, WEEKLY);
