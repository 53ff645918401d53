import { readState, updateState } from '../setup/state.mjs';
import { serverCli } from './serverCli.mjs';

/**
 * Imports the sample when there are no users, or when its last import did not come to its end.
 * The import shows its own progress, and may be repeated without doubling anything.
 * @param {{noSample: boolean, keepDates: boolean}} options
 * @returns {Promise<'imported' | 'there' | 'none'>} what users there are
 */
export async function ensureUsers({ noSample, keepDates }) {
  const users = Number(await serverCli('import', ['count']));
  if (noSample) return users > 0 ? 'there' : 'none';
  if (users > 0 && !readState().importing) return 'there';
  console.log('• sample: 23,570 customers of a music shop');
  updateState({ importing: true });
  const flags = keepDates ? ['--keep-dates'] : [];
  await serverCli('import', ['sample', ...flags], { onTerminal: true });
  updateState({ importing: false });
  return 'imported';
}
