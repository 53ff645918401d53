import type { Env } from '../../config/env.ts';
import { absentIndexes } from '../../models/indexes.ts';
import { storeTime } from '../../models/serverFacts.ts';
import { overdueLeases } from '../../models/system/LeaseModel.ts';
import { findRestore } from '../../models/system/RestoreModel.ts';
import { RunModel } from '../../models/system/RunModel.ts';
import { liveWorkers, silentWorkers } from '../../Services/BackgroundJobs/consuming/workerSigns.ts';
import { clockSetBack, setBackText } from '../../Services/BackgroundJobs/health/clockSetBack.ts';
import { RECOVER, restoreNotice } from '../../Services/Backup/restoreMark.ts';
import { MIGRATE, shapesProblem } from '../../Services/Migrating/ownShapes.ts';
import { CLOCK_REMEDY } from './clock.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

const NAMED = 3;
const DAY_MS = 86_400_000;

/** Whether every index that a query or a uniqueness rests on is there. */
export async function indexes(): Promise<Finding> {
  const absent = await absentIndexes();
  return absent.length === 0
    ? well('all are there')
    : wrong(`absent: ${absent.join(', ')}`, 'npm run indexes');
}

/** Whether this machine's clock was set back behind what the ledgers hold. */
export async function clock(): Promise<Finding> {
  const setBack = await clockSetBack();
  return setBack === null
    ? well('is past the newest run’s beginning')
    : wrong(setBackText(setBack), CLOCK_REMEDY);
}

/** Whether a restore is under way, or was interrupted: nothing else runs on the database meanwhile. */
export async function restoring(): Promise<Finding> {
  const restore = await findRestore();
  return restore === null ? well('none is under way') : wrong(restoreNotice(restore), RECOVER);
}

/** Whether the documents have the shapes that this version reads. */
export async function shapes(): Promise<Finding> {
  const problem = await shapesProblem();
  return problem === null ? well('as this version reads them') : wrong(problem, MIGRATE);
}

/** Leases that ran out long ago: whoever held them died, and nobody took them over. */
export async function staleLeases({
  RECONCILE_INTERVAL_MS,
}: Pick<Env, 'RECONCILE_INTERVAL_MS'>): Promise<Finding> {
  const since = new Date((await storeTime()).getTime() - 2 * RECONCILE_INTERVAL_MS);
  const runs = await RunModel.find(
    { status: 'enumerating', 'lease.expiresAt': { $lt: since } },
    { _id: 1 },
  ).lean();
  const names = [...runs.map(({ _id }) => `run ${_id}`), ...(await overdueLeases(since))];
  return names.length === 0
    ? well('none is overdue')
    : warning(
        `nobody took over: ${names.join(', ')}. An API process does, within a minute`,
        'npx pm2 restart api-server',
      );
}

/** Whether workers live, and which ended without farewell. */
export async function workers(): Promise<Finding> {
  const [alive, silent] = await Promise.all([liveWorkers(), silentWorkers(DAY_MS)]);
  if (alive.length === 0) {
    return wrong('none has shown a sign of life of late', 'npx pm2 start ecosystem.config.js');
  }
  const versions = new Set(alive.map(({ version }) => version));
  const text = `${alive.length} alive, of version ${[...versions].join(' and ')}`;
  if (versions.size > 1) return warning(text, 'npx pm2 reload worker');
  if (silent.length === 0) return well(text);
  const names = silent.slice(0, NAMED);
  const more = silent.length > NAMED ? ` and ${silent.length - NAMED} more` : '';
  return warning(
    `${text}; fell silent within a day: ${names.join(', ')}${more}`,
    'npx pm2 logs worker --lines 200',
  );
}
