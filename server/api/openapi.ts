import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { SESSION } from '../controllers/session.ts';
import type { Guard, Route } from '../routes/route.ts';
import { errorSchema } from './errorAnswer.ts';
import { type ApiErrorCode, HTTP_STATUS } from './httpStatus.ts';

const BEARER = 'bearer';
const COOKIE = 'session';
const API_KEY = 'apiKey';
const JSON_TYPE = 'application/json';
/** The last sentence of a route's description: who may call it. */
export const WHO: Readonly<Record<Guard, string>> = {
  anyone: 'Needs no token.',
  reader: 'For the roles admin and viewer.',
  ownUserOrReader: 'For the roles admin and viewer, and for the user themself.',
  administrator: 'For the role admin.',
  keyOrAdministrator: 'For the role admin, and for whoever sends the key in the header x-api-key.',
};

/** `/job/:jobId` in Express, `/job/{jobId}` in OpenAPI. */
function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

/** What a route may refuse: some follows from its guard and method, the rest it names. */
function errorCodes(route: Route): ApiErrorCode[] {
  return [
    'VALIDATION_FAILED',
    ...(route.guard === 'anyone'
      ? []
      : ([
          'UNAUTHENTICATED',
          'FORBIDDEN',
          'MONGODB_UNAVAILABLE',
          'MONGODB_SLOW',
          'DATABASE_RESTORING',
        ] as const)),
    'PAYLOAD_TOO_LARGE',
    ...(route.method === 'get' ? [] : (['UNSUPPORTED_MEDIA_TYPE'] as const)),
    'RATE_LIMITED',
    ...(route.events ? (['TOO_MANY_STREAMS'] as const) : []),
    ...(route.errors ?? []),
  ];
}

function errorResponses(route: Route): RouteConfig['responses'] {
  const codes = [...new Set(errorCodes(route))];
  const statuses = new Set(codes.map((code) => HTTP_STATUS[code]));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const description = codes.filter((code) => HTTP_STATUS[code] === status).join(', ');
      const own = route.responses[status];
      const errorAnswer = errorSchema(route.errorForm);
      return [
        status,
        own === undefined
          ? { description, content: { [JSON_TYPE]: { schema: errorAnswer } } }
          : {
              description: `${route.summary}; or ${description}`,
              content: { [JSON_TYPE]: { schema: z.union([own, errorAnswer]) } },
            },
      ];
    }),
  );
}

/** The media type of a response; the schema of a stream is that of each event's data. */
function mediaTypeOf({ events, media }: Route): string {
  return events ? 'text/event-stream' : (media ?? JSON_TYPE);
}

function securityOf(guard: Guard) {
  if (guard === 'anyone') return [];
  const login = [{ [BEARER]: [] }, { [COOKIE]: [] }];
  return guard === 'keyOrAdministrator' ? [...login, { [API_KEY]: [] }] : login;
}

function toConfig(route: Route): RouteConfig {
  const { method, path, tag, summary, description, guard, params, query, headers, body } = route;
  const answers = Object.entries(route.responses).map(([status, schema]) => [
    status,
    { description: summary, content: { [mediaTypeOf(route)]: { schema } } },
  ]);
  return {
    method,
    path: openApiPath(path),
    tags: [tag],
    summary,
    description: [description, WHO[guard]].filter(Boolean).join('\n\n'),
    security: securityOf(guard),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(body && {
        body: {
          required: !body.safeParse({}).success,
          content: { [JSON_TYPE]: { schema: body } },
        },
      }),
    },
    responses: { ...Object.fromEntries(answers), ...errorResponses(route) },
  };
}

/** The OpenAPI 3.1 document of the routes, from the schemas that check and answer them. */
export function openApiDocument(routes: readonly Route[], version: string) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', BEARER, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The token of POST /app/auth/login.',
  });
  registry.registerComponent('securitySchemes', COOKIE, {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION.name,
    description:
      'A browser’s session, of POST /app/auth/session. Whatever changes something needs the header X-Hourwork-Session besides.',
  });
  registry.registerComponent('securitySchemes', API_KEY, {
    type: 'apiKey',
    in: 'header',
    name: 'x-api-key',
    description: 'The setting CRON_MANAGER_API_KEY.',
  });
  for (const route of routes) registry.registerPath(toConfig(route));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Hourwork',
      version,
      description: 'See and steer the hourly run: runs, jobs, and what became of them.',
    },
    servers: [{ url: '/' }],
  });
}
