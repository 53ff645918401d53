import { makeReport } from '../../../Reports/makeReport.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import type { reportJob } from './report.job.ts';

/** Makes a report, and shows how far it is. */
export const reportProcessor: ProcessorOf<typeof reportJob> = async (
  { reportId },
  { signal, progress },
) => makeReport(reportId, { signal, progress });
