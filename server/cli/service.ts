import { Option } from 'commander';
import { allowanceOf } from '../config/egressAllowance.ts';
import { type Env, readEnv } from '../config/env.ts';
import { ADAPTERS, type AdapterName } from '../models/ServiceModel.ts';
import { createRefusalLog } from '../Services/Importing/refusals.ts';
import { createSecretBox } from '../Services/Secrets/secretBox.ts';
import { importServices } from '../Services/ServiceSync/importServices.ts';
import { serviceInput } from '../Services/ServiceSync/serviceInput.ts';
import { listLogs } from '../Services/ServiceSync/serviceLogs.ts';
import { createServices, type ServiceView } from '../Services/ServiceSync/services.ts';
import { createApiClient } from './apiClient.ts';
import { commandNamed, complain, say } from './output.ts';
import { ownApi } from './ownApi.ts';
import { readSecret } from './readPassword.ts';
import { tellErrors } from './tellErrors.ts';
import { withMongo } from './withMongo.ts';

interface AddFlags {
  adapter: AdapterName;
  category?: string;
  settings?: string;
  apiKey: boolean;
  apiKeyHeader?: string;
  inactive: boolean;
}

const NOTHING_IMPORTED = 1;
const SOME_REFUSED = 2;
const PAGE = 500;
const LOGS_SHOWN = 10;

const program = commandNamed('service').description('The services that are read each day.');

program
  .command('list')
  .description('shows the services, and how they were found last')
  .option('--category <category>', 'those of one category')
  .action(({ category }: { category?: string }) =>
    withMongo(async (env) => {
      let cursor: string | undefined;
      let services = 0;
      do {
        const { items, nextCursor } = await servicesOf(env).list({ category, limit: PAGE, cursor });
        say(...items.map(lineOf));
        services += items.length;
        cursor = nextCursor ?? undefined;
      } while (cursor !== undefined);
      if (services === 0) say(...whenThereIsNone(category));
    }),
  );

program
  .command('add')
  .description('adds a service')
  .argument('<name>')
  .argument('<url>')
  .addOption(
    new Option('--adapter <adapter>', 'how it is read')
      .choices([...ADAPTERS])
      .makeOptionMandatory(),
  )
  .option('--category <category>', 'shared_hosting, which the schedule reads, if absent')
  .option('--settings <json>', `such as '{"fields":[{"pointer":"/status","equals":"ok"}]}'`)
  .option('--api-key', 'asks for its key, or takes the first line of standard input', false)
  .option('--api-key-header <name>', 'carries the key instead of Authorization: Bearer')
  .option('--inactive', 'leaves it out of syncs', false)
  .action((name: string, url: string, flags: AddFlags) =>
    withMongo(async (env) => {
      const { adapter, category, apiKeyHeader, settings } = flags;
      const input = serviceInput.parse({
        ...{ name, url, adapter, category, apiKeyHeader, active: !flags.inactive },
        ...(settings !== undefined && { settings: jsonOf(settings) }),
        ...(flags.apiKey && { apiKey: await readSecret('API key') }),
      });
      say(lineOf(await servicesOf(env).create(input)));
    }),
  );

program
  .command('import')
  .description(
    'adds or changes services by a CSV file with the columns name,adapter,url and perhaps ' +
      'category,settings,apiKey,apiKeyHeader,active; docs/service-sync.md says more',
  )
  .argument('<file.csv>')
  .action((path: string) =>
    withMongo(async (env) => {
      const refusals = createRefusalLog();
      const { added, changed } = await importServices(path, {
        services: servicesOf(env),
        refuse: refusals.of(path),
      });
      say(`${added} services were added, ${changed} changed. Refused lines: ${refusals.count()}.`);
      complain(...refusals.close());
      if (added + changed === 0) process.exitCode = NOTHING_IMPORTED;
      else if (refusals.count() > 0) process.exitCode = SOME_REFUSED;
    }),
  );

program
  .command('show')
  .description('shows a service with its newest logs')
  .argument('<id>')
  .action((id: string) =>
    withMongo(async (env) => {
      const service = await servicesOf(env).get(id);
      const { items: logs } = await listLogs(id, LOGS_SHOWN, null);
      say(JSON.stringify({ ...service, logs }, null, 2));
    }),
  );

program
  .command('remove')
  .description('removes a service with its logs')
  .argument('<id>')
  .action((id: string) =>
    withMongo(async (env) => {
      await servicesOf(env).remove(id);
      say(`The service ${id} is removed.`);
    }),
  );

program
  .command('sync')
  .description('reads a service now, or all active ones, by the API; says the id of the job or run')
  .argument('[id]')
  .action((id: string | undefined) =>
    tellErrors(async () => say(await createApiClient(ownApi(readEnv())).syncServices(id))),
  );

await program.parseAsync();

function servicesOf(env: Env) {
  const allowance = allowanceOf(env);
  return createServices({ secrets: createSecretBox(env), allowance });
}

function lineOf({
  id,
  name,
  category,
  adapter,
  url,
  active,
  last,
  synthetic,
}: ServiceView): string {
  const found = last === null ? 'not read yet' : `${last.status} at ${last.slot.toISOString()}`;
  const state = `${active ? found : 'inactive'}${synthetic ? '  (synthetic)' : ''}`;
  return `${id}  ${name}  ${category}  ${adapter}  ${url}  ${state}`;
}

function whenThereIsNone(category: string | undefined): string[] {
  return [
    category === undefined ? 'There is no service yet.' : `There is no service of ${category}.`,
    'To add one: npm run service -- add "My host" https://status.example.com --adapter statuspage',
  ];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`--settings is no JSON: ${text}`);
  }
}
