import { AppError } from '../../../errors/AppError.ts';
import type { Lane, Lanes } from '../enqueuing/lanes.ts';

/** The lane of the queue that a person named. @throws AppError `NOT_FOUND` */
export function laneNamed(lanes: Lanes, queue: string): Lane {
  const lane = lanes.find(queue);
  if (lane !== undefined) return lane;
  const names = [...lanes].map((each) => each.queue.name).join(', ');
  throw new AppError('NOT_FOUND', `There is no queue "${queue}": there are ${names}.`);
}
