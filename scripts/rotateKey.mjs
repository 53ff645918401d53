// npm run key:rotate: another key for /api/cron-manager. The old one is good until the API is reloaded.
import { randomBytes } from 'node:crypto';
import { envFile, setInEnvFile } from './setup/envFile.mjs';

const NAME = 'CRON_MANAGER_API_KEY';

if (process.env[NAME]) {
  console.error(`${NAME} is set in the environment, which wins over ${envFile}: rotate it there.`);
  process.exit(1);
}
setInEnvFile(NAME, randomBytes(24).toString('base64url'));
console.log(`${envFile} has a new ${NAME}.`);
console.log(
  'The API takes it up, and refuses the old one, after: npx pm2 reload ecosystem.config.js',
);
