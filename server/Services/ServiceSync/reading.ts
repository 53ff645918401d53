import type { ServiceFact } from '../../models/ServiceLogModel.ts';
import type { ServiceStatus } from '../../models/ServiceModel.ts';

/** What an adapter has read of one answer. */
export interface Reading {
  status: Exclude<ServiceStatus, 'failed'>;
  summary: string;
  facts: ServiceFact[];
  certificateDaysLeft: number | null;
  /** How much there was to read: 0 of an answer that is valid and empty. */
  effects: number;
}

/** An answer that came with success. */
export interface ServiceAnswer {
  /** Empty for an adapter that reads none. */
  body: string;
  latencyMs: number;
  certificateValidTo: Date | null;
}

/** The answer is not of the shape that the adapter expects; the message says where. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

const LONGEST = 200;

/** A text that is short enough to be kept. */
export function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

/** @throws UnexpectedAnswer for what is no JSON. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new UnexpectedAnswer('The answer is no JSON.');
  }
}
