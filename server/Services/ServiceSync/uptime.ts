import { z } from 'zod';
import type { Reading, ServiceAnswer } from './reading.ts';

const DAY_MS = 86_400_000;

export const uptimeSettings = z.strictObject({
  /** A slower answer counts as degraded. */
  degradedAboveMs: z.number().int().min(1).max(60_000).default(5_000),
  /** So does a certificate that ends sooner. */
  certificateDays: z.number().int().min(0).max(365).default(14),
});
type UptimeSettings = z.infer<typeof uptimeSettings>;

/** That an address answers with success, how quickly, and how long its certificate is good. */
export function readUptime(
  { latencyMs, certificateValidTo }: ServiceAnswer,
  { degradedAboveMs, certificateDays }: UptimeSettings,
): Reading {
  const daysLeft =
    certificateValidTo === null
      ? null
      : Math.floor((certificateValidTo.getTime() - Date.now()) / DAY_MS);
  const problems = [
    ...(latencyMs > degradedAboveMs ? [`slower than ${degradedAboveMs} ms`] : []),
    ...(daysLeft !== null && daysLeft < certificateDays
      ? [`its certificate ends in ${daysLeft} days`]
      : []),
  ];
  return {
    status: problems.length === 0 ? 'ok' : 'degraded',
    summary: problems.length === 0 ? 'It answers' : `It answers, but: ${problems.join('; ')}`,
    facts: [],
    certificateDaysLeft: daysLeft,
    effects: 1,
  };
}
