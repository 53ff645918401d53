/** A queue that could not be registered: its jobs wait, those of the others are done. */
export interface FailedQueue {
  queue: string;
  reason: string;
}

/**
 * Registers each, independently of the others: what one throws is its queue's failure alone.
 * @returns what was registered, in order, and the queues that were not.
 */
export function registerEach<Entry extends { queue: string }, Registered>(
  entries: readonly Entry[],
  register: (entry: Entry) => Registered,
): { registered: Registered[]; failed: FailedQueue[] } {
  const registered: Registered[] = [];
  const failed: FailedQueue[] = [];
  for (const entry of entries) {
    try {
      registered.push(register(entry));
    } catch (error) {
      failed.push(failureOf(entry.queue, error));
    }
  }
  return { registered, failed };
}

/** The failure of a queue whose registration threw this. */
export function failureOf(queue: string, error: unknown): FailedQueue {
  return { queue, reason: error instanceof Error ? error.message : String(error) };
}
