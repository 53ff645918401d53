import { z } from 'zod';
import type { HealthController } from '../controllers/HealthController.ts';
import { defineRoute, type Route } from './route.ts';

const upOrDown = z.enum(['up', 'down']);

const readiness = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']),
    mode: z
      .enum(['queue', 'legacy', 'off'])
      .meta({ description: 'Which way the hourly work goes in this process' }),
    checks: z.object({
      mongodb: upOrDown,
      redis: upOrDown,
      process: z.enum(['running', 'stopping']),
    }),
  })
  .meta({ id: 'Readiness' });

/** For whoever watches the process. */
export function healthRoutes(controller: HealthController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/health/live',
      tag: 'Health',
      summary: 'The process lives',
      guard: 'anyone',
      responses: { 200: z.object({ status: z.literal('ok') }) },
      handle: () => controller.live(),
    }),
    defineRoute({
      method: 'get',
      path: '/health/ready',
      tag: 'Health',
      summary: 'Whether requests can be served',
      description:
        '503 only if MongoDB is away or the process is stopping. Without Redis it is 200 and ' +
        '"degraded": what needs the queue answers 503, all else is served.',
      guard: 'anyone',
      responses: { 200: readiness, 503: readiness },
      handle: () => controller.ready(),
    }),
  ];
}
