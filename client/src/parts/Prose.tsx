import { createElement, Fragment, type ReactNode } from 'react';
import { When } from './When.tsx';

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the API, with its instants in the zone that the viewer has chosen. */
export function Prose({ text }: { text: string }) {
  const parts = text.split(INSTANT);
  // Static children: unlike those of an array they need no keys.
  return createElement(Fragment, null, ...parts.map(instantOrText));
}

function instantOrText(part: string): ReactNode {
  return INSTANT.test(part) ? <When at={part} /> : part;
}
