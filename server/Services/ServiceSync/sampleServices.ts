import type { RequestListener } from 'node:http';
import { ServiceModel } from '../../models/ServiceModel.ts';
import type { ServiceInput } from './serviceInput.ts';
import type { Services } from './services.ts';

interface SampleService {
  readonly input: Omit<ServiceInput, 'url'>;
  readonly path: string;
  /** What the sample's own server answers there: text is a page, all else JSON. */
  readonly answer: { readonly status: number; readonly body: unknown };
}

/** Made up: each adapter twice, one service that is degraded, and one that fails. */
export const SAMPLE_SERVICES: readonly SampleService[] = [
  {
    input: { name: 'Sample hosting', adapter: 'statuspage' },
    path: '/hosting/api/v2/summary.json',
    answer: {
      status: 200,
      body: {
        status: { indicator: 'none', description: 'All Systems Operational' },
        components: [
          { name: 'Web servers', status: 'operational' },
          { name: 'Databases', status: 'operational' },
          { name: 'Control panel', status: 'operational' },
        ],
        incidents: [],
      },
    },
  },
  {
    input: { name: 'Sample mail', adapter: 'statuspage' },
    path: '/mail/api/v2/summary.json',
    answer: {
      status: 200,
      body: {
        status: { indicator: 'minor', description: 'Partially Degraded Service' },
        components: [
          { name: 'Incoming mail', status: 'operational' },
          { name: 'Outgoing mail', status: 'degraded_performance' },
        ],
        incidents: [{ name: 'Outgoing mail is slow', status: 'investigating' }],
      },
    },
  },
  {
    input: {
      ...{ name: 'Sample backups', adapter: 'json' },
      settings: { fields: [{ pointer: '/last/outcome', equals: 'completed' }] },
    },
    path: '/backups/status',
    answer: { status: 200, body: { last: { outcome: 'completed', files: 1482 } } },
  },
  {
    input: {
      ...{ name: 'Sample DNS', adapter: 'json' },
      settings: { fields: [{ pointer: '/healthy', equals: true }, { pointer: '/zones' }] },
    },
    path: '/dns/health',
    answer: { status: 200, body: { healthy: true, zones: 318 } },
  },
  {
    input: { name: 'Sample shop', adapter: 'uptime' },
    path: '/shop',
    answer: { status: 200, body: '<!doctype html><title>Sample shop</title><p>Open.' },
  },
  {
    input: { name: 'Sample webmail', adapter: 'uptime' },
    path: '/webmail',
    answer: { status: 503, body: '<!doctype html><title>Sample webmail</title><p>Down.' },
  },
];

/** Answers for the sample's services, as the server at their address. */
export const answerAsSample: RequestListener = (request, response) => {
  const known = SAMPLE_SERVICES.find(({ path }) => path === request.url)?.answer;
  const { status, body } = known ?? { status: 404, body: {} };
  const isPage = typeof body === 'string';
  response
    .writeHead(status, { 'content-type': isPage ? 'text/html' : 'application/json' })
    .end(isPage ? body : JSON.stringify(body));
};

/**
 * Adds the sample's services, marked as synthetic, for a server of theirs at this address. Done again, it
 * changes only the address of those that are there; a service of somebody's own under such a name stays as it is.
 * @param url such as `http://127.0.0.1:20003`
 * @throws AppError `VALIDATION_FAILED` when the address may not be called.
 */
export async function addSampleServices(
  services: Pick<Services, 'create' | 'update'>,
  url: string,
): Promise<void> {
  for (const { input, path } of SAMPLE_SERVICES) {
    const { name } = input;
    const known = await ServiceModel.findOne({ name }, { _id: 1, synthetic: 1 }).lean();
    const address = { url: new URL(path, url).href };
    if (known === null) await services.create({ ...input, ...address }, { synthetic: true });
    else if (known.synthetic) await services.update(known._id, address);
  }
}
