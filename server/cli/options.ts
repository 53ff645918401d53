import { InvalidArgumentError } from 'commander';
import { z } from 'zod';

/** Reads an option that names an instant. @throws InvalidArgumentError for one without an offset. */
export function instant(text: string): Date {
  if (!z.union([z.iso.datetime({ offset: true }), z.iso.date()]).safeParse(text).success) {
    throw new InvalidArgumentError(
      'Give an instant with its offset from UTC, such as 2026-03-08T05:45:00Z.',
    );
  }
  return new Date(text);
}

/** Reads an option that counts, from 1. @throws InvalidArgumentError for anything else. */
export function wholeNumberTo(max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= 1 && number <= max) return number;
    throw new InvalidArgumentError(`Give a whole number from 1 to ${max}.`);
  };
}
