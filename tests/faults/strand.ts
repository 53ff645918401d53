import { setTimeout as wait } from 'node:timers/promises';
import { waitUntil } from '../../scripts/waiting.mjs';
import type { Answer, ApiClient } from '../e2e/apiClient.ts';
import type { Settings } from '../e2e/deployment.ts';

/** Work of some kinds beside the stream's runs of users, for rows that have it in their stream. */
export interface Strand {
  /** What the deployment's processes need to know for it. */
  readonly settings: Settings;
  /** Makes its documents, and begins to ask for work at a steady pace, whatever happens. */
  begin(api: ApiClient): Promise<StrandAtWork>;
}

export interface StrandAtWork {
  /** Asks for nothing more; settles when all that was asked for is accepted. */
  stop(): Promise<void>;
  /** Waits for what was accepted, and names in words each effect that is missing, or there more than once. */
  amiss(): Promise<string[]>;
  /** What was accepted, in figures. */
  account(): string;
}

/** A deployment's settings with what these strands need. */
export function settingsFor(strands: readonly Strand[], settings: Settings): Settings {
  const all = [...strands.map((strand) => strand.settings), settings];
  return Object.fromEntries(all.flatMap((each) => Object.entries(each)));
}

/** Longer than any fault, and than the two minutes for which a message may be in doubt. */
const PATIENCE_MS = 180_000;
const PAUSE_MS = 250;

/**
 * Asks as a careful client does: what was refused for the moment, or had no answer, is asked for again.
 * @throws Error for any other answer, and when nothing was accepted for three minutes.
 */
export async function askUntilAccepted(
  api: ApiClient,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await api.post(path, body, headers).catch(() => null);
    if (answer !== null && answer.status < 300) return answer;
    if (answer !== null && answer.status !== 503) {
      throw new Error(`${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    if (Date.now() > until) throw new Error(`${path} was not accepted for three minutes.`);
    await wait(PAUSE_MS);
  }
}

/** Takes one step after another, at a steady pace; `problems` holds what the steps threw. */
export function stepSteadily(intervalMs: number, step: (number: number) => Promise<void>) {
  const problems: string[] = [];
  let stopped = false;
  async function walk(): Promise<void> {
    for (let number = 0; !stopped; number += 1) {
      const began = Date.now();
      await step(number).catch((error: unknown) => problems.push(String(error)));
      await wait(Math.max(0, intervalMs - (Date.now() - began)));
    }
  }
  const walking = walk();
  return {
    problems,
    async stop(): Promise<void> {
      stopped = true;
      await walking;
    },
  };
}

/** Looks until nothing is amiss. @returns what still is when patience is at its end. */
export async function whenNothingAmiss(
  what: string,
  looks: readonly (() => Promise<string[]>)[],
): Promise<string[]> {
  let amiss: string[] = [`${what}: never looked at`];
  await waitUntil(
    async () => {
      amiss = (await Promise.all(looks.map((look) => look()))).flat();
      return amiss.length === 0;
    },
    { timeoutMs: PATIENCE_MS, intervalMs: 500, what },
  ).catch(() => undefined);
  return amiss;
}

/** Names each expected entry that was not found, and each found one that was not expected; both may repeat. */
export function differences(
  what: string,
  expected: readonly string[],
  found: readonly string[],
): string[] {
  const left = [...found];
  const missing = expected.filter((each) => {
    const position = left.indexOf(each);
    if (position >= 0) left.splice(position, 1);
    return position < 0;
  });
  return [
    ...missing.map((each) => `no ${what}: ${each}`),
    ...left.map((each) => `a ${what} too many: ${each}`),
  ];
}
