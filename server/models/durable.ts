/**
 * The write concern of what must outlast a crash and a failover: outbox, checkpoints, final states,
 * effects. Answered when a majority has it in its journal.
 */
export const DURABLE = { w: 'majority', journal: true } as const;
