import type { QueueDefinition } from '../queues/jobDefinition.ts';

/** The queue of the installation's housekeeping: jobs of seconds, each one at a time. */
export const maintenance: QueueDefinition = { name: 'maintenance', concurrency: () => 3 };
