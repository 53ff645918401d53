import { makeReport } from '../../../Reports/makeReport.ts';
import type { Processor } from '../../queues/jobDefinition.ts';

/** Makes a report, and shows how far it is. */
export const reportProcessor: Processor<
  { reportId: string },
  { rows: number; bytes: number }
> = async ({ reportId }, { signal, progress }) => makeReport(reportId, { signal, progress });
