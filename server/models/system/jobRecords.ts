import { type JobStatusDoc, JobStatusModel } from './JobStatusModel.ts';

/**
 * The driver's own collection of the jobs' records, for the hot paths: mongoose's casts of a thousand
 * records cost more than the write. What goes in must have the form in which it is stored.
 */
export function jobRecords() {
  return JobStatusModel.db.collection<JobStatusDoc>(JobStatusModel.collection.name);
}
