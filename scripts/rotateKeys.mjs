import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readEnvFile } from '../server/config/envText.mjs';
import { projectDir } from './project.mjs';
import { envFile, setInEnvFile } from './setup/envFile.mjs';

const inFile = readEnvFile(envFile);

if (!inFile.DATA_KEY || process.env.DATA_KEY) {
  console.error(
    process.env.DATA_KEY
      ? 'DATA_KEY comes from the environment. Rotate it there: the old one as DATA_KEY_PREVIOUS, then node dist/server/cli/reseal.js.'
      : `${envFile} has no DATA_KEY: npm start makes one.`,
  );
  process.exit(1);
}

if (inFile.DATA_KEY_PREVIOUS) {
  const { status } = spawnSync(process.execPath, [join(projectDir, 'dist/server/cli/reseal.js')], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
  setInEnvFile('DATA_KEY_PREVIOUS', '');
  console.log(
    'The old key is out of .env. Keep it with the backups that name it; npm start reloads.',
  );
} else {
  // The old one first: interrupted between the two, nothing is lost.
  setInEnvFile('DATA_KEY_PREVIOUS', inFile.DATA_KEY);
  setInEnvFile('DATA_KEY', randomBytes(32).toString('hex'));
  console.log(
    'A new DATA_KEY is in .env, beside the old one. Now: npm start (or restart API and workers), then\n' +
      'npm run rotate-keys once more, which seals everything under the new key.',
  );
}
