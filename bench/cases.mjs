import { bytes } from './cases/bytes.mjs';
import { costs } from './cases/costs.mjs';
import { drains } from './cases/drain.mjs';
import { enqueue } from './cases/enqueue.mjs';
import { hourly } from './cases/hourly.mjs';
import { latency } from './cases/latency.mjs';
import { memory } from './cases/memory.mjs';
import { million } from './cases/million.mjs';
import { pages } from './cases/pages.mjs';
import { peers } from './cases/peers.mjs';
import { scaling } from './cases/scaling.mjs';
import { singles } from './cases/singles.mjs';
import { watching } from './cases/watching.mjs';

/**
 * A variant's round: measures by name, in the case's unit. It throws when not every job was delivered once.
 * @typedef {(round: import('./round.mjs').Round, size: number) => Promise<Record<string, number>>} Variant
 */

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} what is measured, in a sentence
 * @property {string} unit of all measures; empty where each names its own
 * @property {{full: number, quick: number | null}} size jobs; null for a case that --quick leaves out
 * @property {number} [rounds] where one round shows it; otherwise as many as asked for
 * @property {boolean} [isAboutTime] false where what others do on the machine bends no figure
 * @property {boolean} [warmUp] whether a first round of each variant does not count
 * @property {Record<string, Variant>} variants
 * @property {{of: string, above?: string, measure: string, atMost: number}[]} [limits] of medians; of what a
 *   variant has above another one, where that is named
 * @property {{of: string, over: string, measure: string, target?: number}[]} ratios
 */

/** @type {readonly Case[]} */
export const cases = [
  ...[enqueue, singles, ...drains, hourly, peers, costs],
  ...[latency, watching, million, scaling, memory, bytes, pages],
];
