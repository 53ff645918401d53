import { bringUpApps, endProcesses, missingApps, refuseForeignProcesses } from '../apps.mjs';
import { showStep } from '../console.mjs';
import { pm2Daemon } from '../pm2.mjs';
import { provideMongo, provideRedis } from '../services/localServices.mjs';
import { build } from '../setup/build.mjs';
import { addToEnvFile } from '../setup/envFile.mjs';
import { install } from '../setup/install.mjs';
import { completeSettings } from '../setup/settings.mjs';
import { ensureUsers } from './sample.mjs';
import { holdSchedules, releaseSchedules } from './schedules.mjs';
import { serverCli } from './serverCli.mjs';

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
    await showStep('packages', install);
    await showStep('build', build);
    await showStep('PM2', async () => {
      await refuseForeignProcesses();
      return pm2Daemon() === undefined ? 'to be started' : 'running';
    });
    await showStep('settings', async () => {
      const added = await completeSettings();
      const hints = await serverCli('settings', []);
      const done = added.length === 0 ? 'complete' : `added ${added.join(', ')} to .env`;
      return [done, ...hints.split('\n')].filter((line) => line !== '').join('. ');
    });
    for (const [title, provide] of /** @type {const} */ ([
      ['Redis', provideRedis],
      ['MongoDB', provideMongo],
    ])) {
      await showStep(title, async (progress) => {
        const { settings, description } = await provide(progress, onStart);
        addToEnvFile(settings);
        return description;
      });
    }
    await showStep('indexes', async () => {
      await serverCli('indexes', []);
    });
    if (!options.noRun && (await missingApps()).length > 0) await holdSchedules();
    await showStep('api-server and worker', (progress) => bringUpApps(progress, onStart));
    return await ensureUsers(options);
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
