import { bringUpApps, endProcesses, missingApps } from '../apps.mjs';
import { showStep } from '../console.mjs';
import { prepare } from './prepare.mjs';
import { countUsers, ensureUsers } from './sample.mjs';
import { provideSampleServices } from './sampleServices.mjs';
import { holdSchedules, releaseSchedules } from './schedules.mjs';

/**
 * Brings up all that runs, and the sample. When a step fails, what this start has begun under PM2
 * is ended again.
 * @param {import('./options.mjs').Options} options
 * @returns {Promise<'imported' | 'there' | 'none'>} what users there are
 */
export async function bringUp(options) {
  /** @type {Set<string>} PM2's names of what this start has begun */
  const begun = new Set();
  const onStart = (/** @type {string} */ name) => void begun.add(name);
  try {
    await prepare(onStart);
    const users = await countUsers();
    await provideSampleServices({ wanted: users === 0 && !options.noSample, onStart });
    if (!options.noRun && (await missingApps()).length > 0) await holdSchedules();
    await showStep('api-server and worker', (progress) => bringUpApps(progress, onStart));
    return await ensureUsers(options, users);
  } catch (error) {
    await takeBack(begun);
    throw error;
  }
}

/** @param {ReadonlySet<string>} begun */
async function takeBack(begun) {
  await releaseSchedules().catch(() => undefined);
  if (begun.size === 0) return;
  const ended = await endProcesses(
    () => undefined,
    (name) => begun.has(name),
  );
  console.error(`Ended what this start had begun: ${ended.join(', ')}. Data stay.`);
}
