import { z } from 'zod';
import type { AdapterName } from '../../models/ServiceModel.ts';
import { jsonSettings, readJsonFields } from './jsonFields.ts';
import type { Reading, ServiceAnswer } from './reading.ts';
import { readStatuspage, summaryAddress } from './statuspage.ts';
import { readUptime, uptimeSettings } from './uptime.ts';

/** One way to ask a service how it is. */
interface Adapter {
  readonly settings: z.ZodType<Record<string, unknown>>;
  /** What is called for a service's address. */
  address(url: string): string;
  /** Whether it reads the answer's body, and so must have all of it. */
  readonly readsBody: boolean;
  /** @throws UnexpectedAnswer for an answer of another shape. */
  read(answer: ServiceAnswer, settings: Record<string, unknown>): Reading;
}

function adapter<Settings extends Record<string, unknown>>(given: {
  settings: z.ZodType<Settings>;
  address?: (url: string) => string;
  readsBody: boolean;
  read: (answer: ServiceAnswer, settings: Settings) => Reading;
}): Adapter {
  const { settings, address = (url) => url, readsBody, read } = given;
  return {
    ...{ settings, address, readsBody },
    read: (answer, kept) => read(answer, settings.parse(kept)),
  };
}

/** A new way to ask is one line here. */
export const ADAPTER_OF: Readonly<Record<AdapterName, Adapter>> = {
  statuspage: adapter({
    settings: z.strictObject({}),
    address: summaryAddress,
    readsBody: true,
    read: readStatuspage,
  }),
  json: adapter({ settings: jsonSettings, readsBody: true, read: readJsonFields }),
  uptime: adapter({ settings: uptimeSettings, readsBody: false, read: readUptime }),
};
