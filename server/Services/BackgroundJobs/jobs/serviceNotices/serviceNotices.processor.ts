import { logOf } from '../../../ServiceSync/serviceLogs.ts';
import { noticesOf, type ServiceChange } from '../../../ServiceSync/serviceNotices.ts';
import { changesTold, claimChanges, type ToldService } from '../../../ServiceSync/toldServices.ts';
import { notify } from '../../notifying/notify.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import type { serviceNoticesJob } from './serviceNotices.job.ts';

/** Tells first and notes it then: a crash in between tells again, by the same keys. */
export const serviceNoticesProcessor: ProcessorOf<typeof serviceNoticesJob> = async (
  _payload,
  { jobId },
) => {
  const claimed = await claimChanges(jobId, new Date());
  const changes = await Promise.all(claimed.map(changeOf));
  const notices = noticesOf(changes.flat(), jobId);
  for (const notice of notices) await notify(notice);
  await changesTold(jobId);
  return { changes: claimed.length, notices: notices.length };
};

async function changeOf({ _id, name, url, last, telling }: ToldService): Promise<ServiceChange[]> {
  if (last === null || telling === null) return [];
  const log = await logOf(_id, last.slot);
  const { slot } = last;
  const { failing } = telling;
  return [{ serviceId: _id, name, url, failing, slot, summary: log?.summary ?? last.status }];
}
