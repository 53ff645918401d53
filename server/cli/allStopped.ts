import { heldLeases } from '../models/system/LeaseModel.ts';
import { liveWorkers } from '../Services/BackgroundJobs/consuming/workerSigns.ts';

const STOP = 'npx pm2 stop worker worker-http api-server';

/** A process that saw no mark as it started shows within this time that it runs. */
export const SETTLED_MS = 3_000;

/**
 * Workers and API show in MongoDB that they run: by heartbeats, and by the lease of the ledgers.
 * @throws Error that says how to stop them.
 */
export async function requireAllStopped(): Promise<void> {
  const { length: workers } = await liveWorkers();
  if (workers > 0) {
    throw new Error(`${workers} workers are running here. Stop them: ${STOP}`);
  }
  if ((await heldLeases()).length > 0) {
    throw new Error(
      `An API is running here, or was killed within the last seconds. Stop it: ${STOP}`,
    );
  }
}
