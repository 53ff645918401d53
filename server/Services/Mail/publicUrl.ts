import type { Env } from '../../config/env.ts';

/** Where people reach this installation. Never taken from a request: its Host may be anyone's word. */
export function publicUrlOf({ PUBLIC_URL, PORT }: Pick<Env, 'PUBLIC_URL' | 'PORT'>): string {
  return PUBLIC_URL ?? `http://localhost:${PORT}`;
}
