import { ulid } from 'ulid';
import { z } from 'zod';
import type { Allowance } from '../../config/egressAllowance.ts';
import { AppError } from '../../errors/AppError.ts';
import { DURABLE } from '../../models/durable.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { isDuplicateKey } from '../../models/mongoErrors.ts';
import { documentOf, type Page, pageOfModel } from '../../models/pages.ts';
import { ServiceLogModel } from '../../models/ServiceLogModel.ts';
import { type AdapterName, type ServiceDoc, ServiceModel } from '../../models/ServiceModel.ts';
import { givenTarget } from '../Egress/givenTarget.ts';
import type { SecretBox } from '../Secrets/secretBox.ts';
import { ADAPTER_OF } from './adapters.ts';
import { API_KEY_SECRET } from './readService.ts';
import type { ServiceInput } from './serviceInput.ts';

/** The category whose services the schedule reads. */
export const SHARED_HOSTING = 'shared_hosting';

/** What is to be changed. */
export type ServicePatch = { [Field in keyof ServiceInput]?: ServiceInput[Field] | undefined };

/** A service as people see it: of its key, only whether there is one. */
export type ServiceView = Omit<
  ServiceDoc,
  '_id' | 'apiKey' | 'host' | 'toldFailing' | 'telling'
> & {
  id: string;
  hasApiKey: boolean;
};

interface ServicesOptions {
  secrets: Pick<SecretBox, 'seal'>;
  allowance: Allowance;
}

/** The services of this installation. A service that is not there rejects with `NOT_FOUND`. */
export interface Services {
  /** @throws AppError `VALIDATION_FAILED`, or `DATA_KEY_MISSING` where there is a key to be kept. */
  create(input: ServiceInput, options?: { synthetic: boolean }): Promise<ServiceView>;
  list(page: Page & { category?: string | undefined }): Promise<{
    items: ServiceView[];
    nextCursor: string | null;
  }>;
  get(id: string): Promise<ServiceView>;
  /** @throws AppError as `create` does. */
  update(id: string, patch: ServicePatch): Promise<ServiceView>;
  /**
   * Adds it, or changes the one of its name.
   * @throws AppError as `create` does.
   */
  put(input: ServiceInput): Promise<'added' | 'changed'>;
  /** Takes its logs along. */
  remove(id: string): Promise<void>;
  /** @throws AppError `SERVICE_INACTIVE` */
  requireActive(id: string): Promise<ServiceView>;
}

/** Makes, shows, changes and removes services. */
export function createServices({ secrets, allowance }: ServicesOptions): Services {
  const find = (id: string) => documentOf(ServiceModel, 'service', id);

  function fieldsOf(input: ServiceInput, before?: ServiceDoc) {
    const { name, adapter, category = SHARED_HOSTING, active = true } = input;
    const url = givenTarget('url', input.url, allowance);
    return {
      ...{ name, category, adapter, active, url: url.href, host: url.host },
      settings: settingsOf(adapter, input.settings ?? {}),
      apiKey: keyOf(input.apiKey, url, before),
      apiKeyHeader: input.apiKeyHeader?.toLowerCase() ?? null,
    };
  }

  function keyOf(given: string | null | undefined, url: URL, before: ServiceDoc | undefined) {
    if (given !== undefined) return given && secrets.seal(given, API_KEY_SECRET);
    const kept = before?.apiKey ?? null;
    if (kept !== null && before !== undefined && new URL(before.url).origin !== url.origin) {
      throw invalid('apiKey: give it again, or null: what was kept is not sent to another host.');
    }
    return kept;
  }

  const services: Services = {
    async create(input, { synthetic } = { synthetic: false }) {
      const now = new Date();
      const service: ServiceDoc = {
        ...{ _id: ulid(), ...fieldsOf(input), synthetic, last: null },
        ...{ toldFailing: false, telling: null },
        ...{ createdAt: now, updatedAt: now },
      };
      if (!(await insertOnce(ServiceModel, service))) throw nameTaken(service.name);
      return shown(service);
    },
    async list({ category, ...page }) {
      const { items, nextCursor } = await pageOfModel(ServiceModel, { category }, page);
      return { items: items.map(shown), nextCursor };
    },
    get: async (id) => shown(await find(id)),
    async update(id, patch) {
      const before = await find(id);
      const given = Object.entries(patch).filter(([, value]) => value !== undefined);
      const adapterChanges = patch.adapter !== undefined && patch.adapter !== before.adapter;
      const fields = fieldsOf(
        {
          ...before,
          ...(adapterChanges && { settings: undefined }),
          apiKey: undefined,
          ...Object.fromEntries(given),
        },
        before,
      );
      return shown(await write(id, { ...fields, updatedAt: new Date() }));
    },
    async put(input) {
      const known = await ServiceModel.findOne({ name: input.name }, { _id: 1 }).lean();
      if (known === null) await services.create(input);
      else await services.update(known._id, input);
      return known === null ? 'added' : 'changed';
    },
    async remove(id) {
      await find(id);
      await ServiceModel.deleteOne({ _id: id }, { writeConcern: DURABLE });
      await ServiceLogModel.deleteMany({ serviceId: id });
    },
    async requireActive(id) {
      const service = await find(id);
      if (service.active) return shown(service);
      throw new AppError(
        'SERVICE_INACTIVE',
        `The service ${service.name} is not active: PATCH it with {"active": true} first.`,
      );
    },
  };
  return services;
}

async function write(id: string, fields: Partial<ServiceDoc>): Promise<ServiceDoc> {
  try {
    const changed = await ServiceModel.findOneAndUpdate(
      { _id: id },
      { $set: fields },
      { returnDocument: 'after', writeConcern: DURABLE },
    ).lean<ServiceDoc>();
    if (changed === null) throw new AppError('NOT_FOUND', `There is no service ${id}.`);
    return changed;
  } catch (error) {
    throw isDuplicateKey(error) ? nameTaken(fields.name ?? '') : error;
  }
}

function shown(service: ServiceDoc): ServiceView {
  const { _id: id, apiKey, host: _host, toldFailing: _told, telling: _telling, ...rest } = service;
  return { id, ...rest, hasApiKey: apiKey !== null };
}

function settingsOf(adapter: AdapterName, given: Record<string, unknown>) {
  const parsed = ADAPTER_OF[adapter].settings.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalid(`settings of ${adapter}: ${z.prettifyError(parsed.error)}`);
}

function nameTaken(name: string): AppError {
  return invalid(`name: there is a service "${name}" already.`);
}

function invalid(message: string): AppError {
  return new AppError('VALIDATION_FAILED', message);
}
