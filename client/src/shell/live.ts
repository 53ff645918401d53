import { share } from '../parts/shared.ts';

const paused = share(() => false);

/** Whether changes are told as they happen, so that nothing has to be asked for again and again. */
export const streaming = share(() => false);

/** Whether the viewer has paused the page, so that nothing moves while they read. */
export function useLive() {
  return { paused: paused.useValue(), pause: paused.set };
}
