import { showStep } from '../console.mjs';
import { readSampleServices } from './sampleServices.mjs';
import { serverCli } from './serverCli.mjs';

/** How many users there are. */
export async function countUsers() {
  return Number(await serverCli('import', ['count']));
}

/**
 * Imports the sample when there are no users, or when its last import did not come to its end.
 * The import shows its own progress, and may be repeated without doubling anything.
 * @param {{noSample: boolean, keepDates: boolean}} options
 * @param {number} users how many there are
 * @returns {Promise<'imported' | 'there' | 'none'>} what users there are
 */
export async function ensureUsers({ noSample, keepDates }, users) {
  if (noSample) return users > 0 ? 'there' : 'none';
  const args = ['sample', '--if-needed', ...(keepDates ? ['--keep-dates'] : [])];
  if (users === 0) {
    console.log('• sample');
    await serverCli('import', args, { onTerminal: true });
    await showStep('scheduled jobs', () => serverCli('scheduledSample', []));
    await readSampleServices();
    return 'imported';
  }
  await showStep('sample', (progress) => serverCli('import', args, { onLine: progress }));
  if (keepDates) console.log('  With its own dates: npm run import:sample -- --keep-dates');
  return 'there';
}
