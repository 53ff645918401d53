import { createOwnQueues, type OwnQueues } from './queues/ownQueues.ts';

/**
 * A team's own queues, each by one line:
 * `queueManager.registerProcessor('EMAIL', async (job) => sendMail(job.data), 5);`
 * Every process reads this file, and only workers call the processors.
 */
function initializeQueues(queueManager: OwnQueues): OwnQueues {
  return queueManager;
}

/** What was registered here, for the catalogue. */
export const ownQueues = initializeQueues(createOwnQueues());
