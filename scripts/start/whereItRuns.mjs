import { apiUrl } from '../apps.mjs';
import { readSettings } from '../setup/envFile.mjs';
import { readState, updateState } from '../setup/state.mjs';
import { serverCli } from './serverCli.mjs';

/**
 * Says where the installation is, how to log in, when the next run is due, and what to try next. A
 * password that the set-up made is shown once.
 */
export async function showWhereItRuns() {
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = readSettings();
  const password = readState().loginUntold
    ? `${ADMIN_PASSWORD}   (kept in .env as ADMIN_PASSWORD)`
    : 'in .env, as ADMIN_PASSWORD';
  const [nextRun, user] = await Promise.all([
    serverCli('schedules', ['next']),
    serverCli('import', ['example']),
  ]);
  console.log(`
Hourwork runs at   ${apiUrl()}   (the dashboard; ${apiUrl()}/docs documents its API)
  admin            ${ADMIN_EMAIL}
  password         ${password}
  next run         ${nextRun}

What to try next:
  npx pm2 status                     what runs
  npx pm2 logs worker                what the workers do
  npx pm2 scale worker 4             more workers
${triesWithUsers(user)}
  npm stop                           ends all of it; data stay`);
  updateState({ loginUntold: false });
}

/**
 * What to try depends on whether there is anybody yet.
 * @param {string} user the id of one of them; empty if there is none
 */
function triesWithUsers(user) {
  if (user === '') return '  npm run import -- users.csv purchases.csv   brings your users in';
  const why = `npm run why -- ${user}`;
  return `  npm run run                        another run, watched
  ${why.padEnd(34)} what became of one customer
  npm run service -- list            the services that are read each day`;
}
