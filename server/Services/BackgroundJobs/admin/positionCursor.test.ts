import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AppError } from '../../../errors/AppError.ts';
import { decodeCursor, encodeCursor } from './positionCursor.ts';

it('gives back every position, through text that may stand in a URL', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
      fc.stringMatching(/^[\w-]{1,80}$/),
      (queuedAt, _id) => {
        const cursor = encodeCursor({ queuedAt, _id });
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(decodeCursor(cursor)).toEqual({ queuedAt, _id });
      },
    ),
  );
});

it('refuses whatever else with an error for the client, and nothing worse', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/^\d{1,15} \S+$/.test(Buffer.from(text, 'base64url').toString()));
      expect(() => decodeCursor(text)).toThrow(AppError);
    }),
  );
});
