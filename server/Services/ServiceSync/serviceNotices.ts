import type { Notice } from '../Outbound/noticeCall.ts';

/** A service that fails since its last sync, or is well again. */
export interface ServiceChange {
  serviceId: string;
  name: string;
  url: string;
  failing: boolean;
  slot: Date;
  /** What was found. */
  summary: string;
}

/** More of one kind at once are one notice. */
const MOST_SINGLE = 3;
const MOST_LISTED = 50;

/**
 * What people are told of changes: each in a notice of its own, or those that fail, and those that are well
 * again, together when they are many.
 * @param key tells these notices from all others
 */
export function noticesOf(changes: readonly ServiceChange[], key: string): Notice[] {
  return [true, false].flatMap((failing) => {
    const alike = changes.filter((change) => change.failing === failing);
    return alike.length > MOST_SINGLE
      ? [digestOf(alike, failing, key)]
      : alike.map((change) => singleOf(change, key));
  });
}

function singleOf({ serviceId, name, url, failing, slot, summary }: ServiceChange, key: string) {
  const found = `It was read at ${slot.toISOString()}: ${summary}`;
  return {
    key: `service-${key}-${serviceId}`,
    title: failing ? `The service ${name} fails` : `The service ${name} is well again`,
    lines: failing
      ? [
          found,
          `Its address: ${url}`,
          `What was found before: GET /api/v1/services/${serviceId}/logs. To read it again: POST /api/v1/sync/service/${serviceId}`,
        ]
      : [found, 'There is nothing to do.'],
  };
}

function digestOf(changes: readonly ServiceChange[], failing: boolean, key: string): Notice {
  const lines = changes.map(({ name, summary }) => `${name}: ${summary}`);
  const rest = lines.length - MOST_LISTED;
  return {
    key: `services-${key}-${failing ? 'failing' : 'well'}`,
    title: `${changes.length} services ${failing ? 'fail' : 'are well again'}`,
    lines: [
      ...lines.slice(0, MOST_LISTED),
      ...(rest > 0 ? [`and ${rest} more: GET /api/v1/services`] : []),
      failing
        ? 'If so many fail at once, look first at what they have in common: the way out of this machine, a host, a name server.'
        : 'There is nothing to do.',
    ],
  };
}
