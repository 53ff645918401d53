import { apiUrl } from '../apps.mjs';
import { readSettings } from '../setup/envFile.mjs';

/**
 * Says where the installation is, how to log in, and what to try next.
 * @param {string | undefined} newPassword the administrator's password, shown once when it is new
 */
export function showWhereItRuns(newPassword) {
  const { ADMIN_EMAIL } = readSettings();
  const password = newPassword
    ? `${newPassword}   (kept in .env as ADMIN_PASSWORD)`
    : 'in .env, as ADMIN_PASSWORD';
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
