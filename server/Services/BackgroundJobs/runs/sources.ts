import { creditScoreSource } from '../jobs/creditScore/creditScore.source.ts';
import { paymentReminderSource } from '../jobs/paymentReminders/paymentReminder.source.ts';
import { publishPostsSource } from '../jobs/publishPosts/publishPosts.source.ts';
import { serviceSyncSource } from '../jobs/serviceSync/serviceSync.source.ts';
import { trialReminderSource } from '../jobs/trialReminder/trialReminder.source.ts';
import { userDataSource } from '../jobs/userData/userData.source.ts';
import { weeklyEmailSource } from '../jobs/weeklyEmail/weeklyEmail.source.ts';
import type { Source } from './source.ts';

/** What runs enumerate, by the kind of job that an item becomes: a new source is one line here. */
const SOURCES: readonly Source[] = [
  userDataSource,
  creditScoreSource,
  paymentReminderSource,
  publishPostsSource,
  weeklyEmailSource,
  trialReminderSource,
  serviceSyncSource,
];

/** Finds the source of a kind; undefined for a kind of which there are no runs. */
export type FindSource = (kind: string) => Source | undefined;

/** The sources of this product. */
export const findSource: FindSource = (kind) => SOURCES.find(({ job }) => job.kind === kind);
