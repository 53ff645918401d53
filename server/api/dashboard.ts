import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type IRouter } from 'express';
import { dashboardPolicy } from './contentSecurity.ts';

/** Where the build puts the client, seen from the sources and from the compiled tree. */
const BUILT = ['../../dist/client', '../../client'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
/** The paths whose view the client makes; what stands behind them is the client's alone. */
export const VIEWS = [
  '/',
  '/login',
  '/schedules',
  '/runs',
  '/runs/:runId',
  '/jobs',
  '/jobs/:jobId',
  '/failures',
  '/queues',
  '/workers',
  '/destinations',
  '/services',
  '/services/:serviceId',
  '/commerce',
  '/audit',
  '/incidents',
  '/incidents/:id',
  '/commerce/customers/:customerId',
];
/** Stands in the built page where each request's nonce is to stand (client/vite.config.ts). */
const NONCE = '__HOURWORK_NONCE__';
const A_YEAR_MS = 365 * 86_400_000;

interface Dashboard {
  /** The folder of the built client; where the build puts it unless a test says otherwise. */
  folder?: string | undefined;
  version: string;
}

/** Serves the dashboard; where none was built, `/` says what there is instead. */
export function mountDashboard(router: IRouter, { folder, version }: Dashboard): void {
  const built = (folder === undefined ? BUILT : [folder]).find(isBuilt);
  if (built === undefined) {
    router.get('/', (_request, response) => {
      response.json({
        name: 'Hourwork',
        version,
        docs: '/docs',
        health: '/health/ready',
        dashboard: 'not built: npm run build',
      });
    });
    return;
  }
  const page = readFileSync(join(built, 'index.html'), 'utf8');
  for (const view of VIEWS) {
    router.get(view, (request, response, next) => {
      const nonce = randomBytes(16).toString('base64');
      dashboardPolicy(nonce)(request, response, (error?: unknown) => {
        if (error !== undefined) return next(error);
        // Kept by nobody: it names the files of this build, and a nonce serves once.
        response.setHeader('Cache-Control', 'no-store');
        response.type('html').send(page.replaceAll(NONCE, nonce));
      });
    });
  }
  router.use(
    '/assets',
    // A file's name carries the hash of its content.
    express.static(join(built, 'assets'), { immutable: true, maxAge: A_YEAR_MS, index: false }),
  );
}

function isBuilt(folder: string): boolean {
  // The sources of the client have a page too, but no manifest.
  return existsSync(join(folder, '.vite', 'manifest.json'));
}
