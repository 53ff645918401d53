import { expect, it } from 'vitest';
import { parseSettings } from '../../../../config/env.ts';
import { serviceSyncJob } from './serviceSync.job.ts';

it('a service is tried four times, the first retry after two seconds, and five at once', () => {
  const { queue, options } = serviceSyncJob;
  expect(options(parseSettings({}))).toMatchObject({ attempts: 4, retryDelayMs: 2_000 });
  expect(queue).toMatchObject({ maxConcurrency: 5 });
});
