import { z } from 'zod';
import type { tokensController } from '../controllers/TokensController.ts';
import { TOKEN_SCOPES } from '../models/ApiTokenModel.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, instantOrNull } from './schemas.ts';

const PATH = '/app/tokens';

const scopes = z.array(z.enum(TOKEN_SCOPES)).min(1).max(TOKEN_SCOPES.length);

const apiToken = z
  .object({
    tokenId: z.string(),
    accountId: z.string(),
    name: z.string(),
    hint: z.string().meta({ description: 'Its last four characters' }),
    scopes,
    createdAt: instant,
    expiresAt: instant,
    expiredAt: instantOrNull,
    revokedAt: instantOrNull,
    lastUsedAt: instantOrNull.meta({ description: 'To the hour' }),
  })
  .meta({ id: 'ApiToken' });

/** Tokens for programs. */
export function tokensRoutes(controller: typeof tokensController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: PATH,
      tag: 'Auth',
      summary: 'The API tokens, newest first, at most 500',
      guard: 'administrator',
      responses: { 200: z.object({ items: z.array(apiToken) }) },
      handle: () => controller.list(),
    }),
    defineRoute({
      method: 'post',
      path: PATH,
      tag: 'Auth',
      summary: 'Make an API token',
      description:
        'It acts for the account that asks, within its scopes: read, jobs (putting jobs in), cron (the cron manager), admin (all else). It is in this answer and nowhere else.',
      guard: 'administrator',
      body: z.strictObject({
        name: z.string().min(1).max(100),
        scopes,
        expiresInDays: z.number().int().min(1).max(366).default(90),
      }),
      responses: { 200: apiToken.extend({ token: z.string() }) },
      errors: ['NOT_FOUND'],
      handle: ({ body, account }) => controller.make(body, account),
    }),
    defineRoute({
      method: 'post',
      path: `${PATH}/:tokenId/revoke`,
      tag: 'Auth',
      summary: 'Let an API token be good for nothing from now on',
      guard: 'administrator',
      params: z.strictObject({ tokenId: z.string().min(1).max(64) }),
      responses: { 200: apiToken },
      errors: ['NOT_FOUND'],
      handle: ({ params: { tokenId } }) => controller.revoke(tokenId),
    }),
  ];
}
