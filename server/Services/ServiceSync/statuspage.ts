import { z } from 'zod';
import type { ServiceStatus } from '../../models/ServiceModel.ts';
import {
  jsonOf,
  type Reading,
  type ServiceAnswer,
  shortened,
  UnexpectedAnswer,
} from './reading.ts';

/** The fields of Statuspage's `summary.json`, version 2, that are read. */
const summary = z.object({
  status: z.object({ indicator: z.string(), description: z.string() }),
  components: z.array(z.object({ name: z.string(), status: z.string() })),
  incidents: z.array(z.object({ name: z.string(), status: z.string() })).default([]),
});

const MOST_FACTS = 200;

const STATUS_OF: Readonly<Record<string, Exclude<ServiceStatus, 'failed'>>> = {
  none: 'ok',
  minor: 'degraded',
  maintenance: 'degraded',
  major: 'down',
  critical: 'down',
};

/** Where the summary stands when somebody names the page alone, such as `https://status.example.com`. */
export function summaryAddress(url: string): string {
  const page = new URL(url);
  return page.pathname === '/' ? new URL('/api/v2/summary.json', page).href : url;
}

/**
 * Reads the summary that Statuspage and its work-alikes serve (`/api/v2/summary.json`): the components are
 * what there is to read.
 * @throws UnexpectedAnswer
 */
export function readStatuspage({ body }: ServiceAnswer): Reading {
  const parsed = summary.safeParse(jsonOf(body));
  if (!parsed.success) {
    throw new UnexpectedAnswer(`The answer is no summary: ${z.prettifyError(parsed.error)}`);
  }
  const { status, components, incidents } = parsed.data;
  const facts = [
    ...components.map(({ name, status: value }) => ({ name, value })),
    ...incidents.map(({ name, status: value }) => ({ name: `incident: ${name}`, value })),
  ];
  return {
    status: STATUS_OF[status.indicator] ?? 'degraded',
    summary: shortened(status.description),
    facts: facts
      .slice(0, MOST_FACTS)
      .map(({ name, value }) => ({ name: shortened(name), value: shortened(value) })),
    certificateDaysLeft: null,
    effects: components.length,
  };
}
