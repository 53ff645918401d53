import type { HttpJobDoc } from '../../models/HttpJobModel.ts';
import { HIDDEN } from './outgoingCall.ts';

/** A job as people see it: secrets are hidden. */
export function shownJob(job: HttpJobDoc) {
  return {
    id: job._id,
    name: job.name,
    api_url: job.apiUrl,
    method: job.method,
    headers: Object.fromEntries(
      job.headers.map(({ name, value, secret }) => [name, secret ? HIDDEN : value]),
    ),
    body: job.body,
    timeout: job.timeoutSeconds,
    max_retry_count: job.maxRetryCount,
    max_duration: job.maxDurationSeconds,
    retry_on: job.retryOn,
    schedule: job.schedule,
    timezone: job.timezone,
    overlap: job.overlap,
    enabled: job.enabled,
    disabled_reason: job.disabledReason,
    signing: job.signingSecrets.length > 0,
    destination: job.destination,
    created_at: job.createdAt,
    updated_at: job.updatedAt,
  };
}
