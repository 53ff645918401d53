import { Fragment } from 'react';
import { When } from './When.tsx';

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the API, with its instants in the zone that the viewer has chosen. */
export function Prose({ text }: { text: string }) {
  return text.split(INSTANT).map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence have no other name.
    <Fragment key={place}>{INSTANT.test(part) ? <When at={part} /> : part}</Fragment>
  ));
}
