import { apiUrl } from '../apps.mjs';
import { readSettings } from '../setup/envFile.mjs';
import { readState, updateState } from '../setup/state.mjs';

/**
 * Says where the installation is, how to log in, and what to try next. A password that the set-up
 * made is shown once.
 */
export function showWhereItRuns() {
  const { ADMIN_EMAIL, ADMIN_PASSWORD } = readSettings();
  const password = readState().loginUntold
    ? `${ADMIN_PASSWORD}   (kept in .env as ADMIN_PASSWORD)`
    : 'in .env, as ADMIN_PASSWORD';
  updateState({ loginUntold: false });
  console.log(`
Hourwork runs at   ${apiUrl()}   (documentation of its API: ${apiUrl()}/docs)
  admin            ${ADMIN_EMAIL}
  password         ${password}

What to try next:
  npx pm2 status                     what runs
  npx pm2 logs worker                what the workers do
  npx pm2 scale worker 4             more workers
  npm run run                        another run, watched
  npm run why -- 00004               what became of one customer
  npm stop                           ends all of it; data stay`);
}
