import { openMailTransport } from '../../../Mail/transport.ts';
import { notify } from '../../notifying/notify.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { checkFailures, checkMail, checkMongo, checkNothingDone, checkQueues } from './checks.ts';
import type { healthCheckJob } from './healthCheck.job.ts';
import { changesSince, type HealthChange, keepSnapshot } from './snapshots.ts';

/** Tells of a change first and keeps the snapshot then: a crash in between tells it again, by the same key. */
export function loadHealthCheckProcessor({
  env,
  queueHealth,
}: WorkerPlatform): ProcessorOf<typeof healthCheckJob> {
  const transport = openMailTransport(env);
  return async (_payload, { jobId }) => {
    if (queueHealth === undefined) throw new Error('This process does not know its queues.');
    const at = new Date();
    const parts = [
      queueHealth().then(checkQueues),
      ...[checkMongo(), checkMail(transport), checkFailures(), checkNothingDone()],
    ];
    const checks = (await Promise.all(parts)).flat();
    const changes = await changesSince(jobId, checks, at);
    for (const change of changes) await tell(change, jobId);
    await keepSnapshot(jobId, checks, at);
    return {
      effects: checks.length,
      unwell: Object.fromEntries(
        checks.filter(({ state }) => state !== 'ok').map(({ name, state }) => [name, state]),
      ),
      changed: changes.map(({ check }) => check.name),
    };
  };
}

async function tell({ check: { name, state, lines }, before }: HealthChange, jobId: string) {
  const isWell = state === 'ok';
  await notify({
    key: `health-${name}-${state}-${jobId}`,
    title: isWell ? `${name} is well again` : `${name} is ${state}`,
    lines: isWell ? [`It was ${before} before. There is nothing to do.`] : lines,
  });
}
