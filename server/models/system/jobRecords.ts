import { driverCollection } from '../driverCollection.ts';
import { JobStatusModel } from './JobStatusModel.ts';

/** The driver's own collection of the jobs' records. */
export function jobRecords() {
  return driverCollection(JobStatusModel);
}
