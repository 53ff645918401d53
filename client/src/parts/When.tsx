import { useContext } from 'react';
import { span, wholeSpan } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { clockTime, fullTime, useZone } from './clock.ts';
import { Moment, useNow } from './useNow.ts';

interface InstantProps {
  at: string | null;
}

/** An instant in the zone chosen, and in the other on hover; a dash where there is none. */
export function When({ at }: InstantProps) {
  const { zone } = useZone();
  if (at === null) return <>{words.common.none}</>;
  return (
    <time dateTime={at} title={fullTime(at)}>
      {clockTime(at, zone)}
    </time>
  );
}

/** The clocks of browser and server differ a little. */
const JUST_NOW_MS = 2_000;

/**
 * How long ago an instant was, or how long it is until then; it ticks. Within a moment that was kept, how long
 * before or after it.
 */
export function Ago({ at }: InstantProps) {
  const now = useNow();
  const said = useContext(Moment) === null ? words.common.age : words.common.ageThen;
  useZone();
  if (at === null) return <>{words.common.none}</>;
  const ms = now - Date.parse(at);
  const text = wholeSpan(Math.abs(ms));
  return (
    <time dateTime={at} title={`${clockTime(at)} · ${fullTime(at)}`}>
      {Math.abs(ms) < JUST_NOW_MS ? said.now : ms > 0 ? said.past(text) : said.future(text)}
    </time>
  );
}

/** A time span; a dash where there is none. */
export function Took({ ms }: { ms: number | null }) {
  return <>{ms === null ? words.common.none : span(ms)}</>;
}
