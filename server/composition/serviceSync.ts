import { allowanceOf } from '../config/egressAllowance.ts';
import type { Env } from '../config/env.ts';
import type { ServicesDeps } from '../controllers/ServicesController.ts';
import {
  createSyncRequests,
  type SyncRequestsOptions,
} from '../Services/BackgroundJobs/jobs/serviceSync/syncRequests.ts';
import { createSecretBox } from '../Services/Secrets/secretBox.ts';
import { createServices } from '../Services/ServiceSync/services.ts';

/** The services and their sync as the API offers them. */
export function openServiceSync(
  env: Env,
  parts: Omit<SyncRequestsOptions, 'spreadMs'>,
): ServicesDeps {
  return {
    services: createServices({
      secrets: createSecretBox(env),
      allowance: allowanceOf(env),
    }),
    syncRequests: createSyncRequests({ ...parts, spreadMs: env.SERVICE_SYNC_SPREAD_MS }),
  };
}
