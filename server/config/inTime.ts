/**
 * What a promise settles to, or `otherwise` when it has not settled within `ms`; then its end counts
 * no more, and its rejection is nobody's. No timer is left behind.
 */
export async function inTime<Result, Otherwise>(
  promise: Promise<Result>,
  ms: number,
  otherwise: Otherwise,
): Promise<Result | Otherwise> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Otherwise>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a check says yes within `ms`; one that throws or gives no answer in time has failed. */
export function succeedsInTime(check: () => Promise<boolean>, ms: number): Promise<boolean> {
  return inTime(
    check().catch(() => false),
    ms,
    false,
  );
}
