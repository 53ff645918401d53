import { copyFile, readdir, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTask } from 'node-cron';
import type { Pm2Logs } from '../config/env.ts';
import type { Logger } from '../config/logger.ts';

/** Each ten seconds; that it waits for a clock which was set back does no harm here. */
const LOOKS = '*/10 * * * * *';
const LARGEST_BYTES = 20 * 2 ** 20;
/** How `npm start` names the Redis and MongoDB that it keeps under PM2. */
const SERVICES = /^hourwork-.*\.log$/;

/**
 * Keeps small what PM2 writes of this process: it copies standard output and error into files that
 * it never rotates. At 20 MiB the older lines move to `<file>.1`.
 * @param logs null without PM2: then nothing is done.
 * @param withServices also those of the services in the same folder, which cannot do it themselves.
 * @returns stops.
 */
export function boundPm2Logs(
  logs: Pm2Logs | null,
  { withServices, logger }: { withServices: boolean; logger: Logger },
): () => Promise<void> {
  if (logs === null) return async () => undefined;
  const look = async () => {
    const services = withServices ? await serviceLogs(dirname(logs.out)) : [];
    for (const file of [logs.out, logs.error, ...services]) await boundFile(file, LARGEST_BYTES);
  };
  const task = createTask(
    LOOKS,
    () =>
      look().catch((error: unknown) => {
        logger.debug('PM2’s logs could not be bounded', { error });
      }),
    { noOverlap: true, suppressMissedWarning: true },
  );
  void task.start();
  return async () => void (await task.destroy());
}

/**
 * Empties a file that has grown beyond `largestBytes`, after a copy to `<file>.1`. Whoever appends
 * to it goes on at its beginning.
 */
export async function boundFile(file: string, largestBytes: number): Promise<void> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size <= largestBytes) return;
  await copyFile(file, `${file}.1`);
  await truncate(file);
}

async function serviceLogs(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => SERVICES.test(name)).map((name) => join(folder, name));
}
