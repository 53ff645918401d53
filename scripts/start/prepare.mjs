import { refuseForeignProcesses } from '../apps.mjs';
import { showStep } from '../console.mjs';
import { pm2Daemon } from '../pm2.mjs';
import { provideMongo, provideRedis } from '../services/localServices.mjs';
import { build } from '../setup/build.mjs';
import { addToEnvFile } from '../setup/envFile.mjs';
import { install } from '../setup/install.mjs';
import { completeSettings } from '../setup/settings.mjs';
import { serverCli } from './serverCli.mjs';

/**
 * Installs, builds, completes the settings, and sees that Redis and MongoDB run and have their
 * indexes: all that API and workers need.
 * @param {(name: string) => void} onStart told PM2's name of each service that is about to be started
 */
export async function prepare(onStart) {
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
}
