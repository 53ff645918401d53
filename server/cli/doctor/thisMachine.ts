import { access, constants, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Env } from '../../config/env.ts';
import { describeNextRun } from '../../Services/BackgroundJobs/scheduling/nextRun.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** As in package.json. */
const OLDEST_NODE = [20, 19] as const;
const MIB = 2 ** 20;
const LITTLE_MIB = 1024;
const NOTHING_MIB = 100;

/** Whether this Node is new enough. */
export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  const [oldMajor, oldMinor] = OLDEST_NODE;
  const isOld = major < oldMajor || (major === oldMajor && minor < oldMinor);
  return isOld
    ? wrong(`${version} is too old: ${OLDEST_NODE.join('.')} or later is needed`, 'nvm install 24')
    : well(version);
}

/** When the schedule is due next, if the API runs by then. */
export function nextRun(env: Env): Finding {
  const due = describeNextRun(env);
  return well(due ?? 'none: schedules are switched off by a setting; runs by hand still work');
}

/** Whether the log can be written, and room is left on its disk. */
export async function logDisk({ LOG_FILE }: Pick<Env, 'LOG_FILE'>): Promise<Finding> {
  const folder = LOG_FILE === undefined ? '.' : dirname(resolve(LOG_FILE));
  try {
    await access(folder, constants.W_OK);
  } catch {
    return wrong(
      `${folder} is not there or cannot be written`,
      `mkdir -p ${folder} && chmod u+w ${folder}`,
    );
  }
  const { bavail, bsize } = await statfs(folder);
  const freeMib = Math.floor((bavail * bsize) / MIB);
  const text = `${freeMib.toLocaleString('en')} MiB free in ${resolve(folder)}`;
  if (freeMib < NOTHING_MIB) return wrong(text, 'npx pm2 flush');
  return freeMib < LITTLE_MIB ? warning(text, 'npx pm2 flush') : well(text);
}
