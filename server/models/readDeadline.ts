const READ_DEADLINE_MS = 700;

/**
 * Options for a read that someone waits for: a MongoDB that is there but gives no answer makes it
 * fail as unavailable after 0.7 s, long before the driver itself takes notice. For one use: the
 * time runs from the call.
 */
export function readDeadline(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(READ_DEADLINE_MS) };
}
