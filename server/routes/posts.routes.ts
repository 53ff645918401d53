import { z } from 'zod';
import type { PostsController } from '../controllers/PostsController.ts';
import { POST_STATUSES } from '../models/PostModel.ts';
import { idempotencyKey } from './jobStatus.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, instantOrNull, pageOf, pageQuery } from './schemas.ts';

const POSTS = '/api/v1/posts';
const tag = 'Posts';

const params = z.strictObject({ id: z.string().min(1).max(64) });
const authorId = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/, 'has 1 to 64 letters, digits, _ and -');
const status = z.enum(POST_STATUSES);

const postView = z
  .object({
    id: z.string(),
    authorId: z.string(),
    title: z.string(),
    body: z.string(),
    dueAt: instant,
    status,
    publishedAt: instantOrNull,
    synthetic: z.boolean().meta({ description: 'Made for show' }),
  })
  .meta({ id: 'Post' });

/** Posts that the job publish_due_posts publishes at their time. */
export function postsRoutes(controller: PostsController): Route[] {
  return [
    defineRoute({
      ...{ method: 'post', path: POSTS, tag, guard: 'administrator' },
      summary: 'Let a post be published when it is due',
      headers: z.object({ 'idempotency-key': idempotencyKey }),
      body: z.strictObject({
        authorId,
        title: z.string().min(1).max(300),
        body: z.string().max(100_000).default(''),
        dueAt: z.iso.datetime({ offset: true }).meta({ example: '2026-11-27T12:00:00Z' }),
      }),
      responses: { 201: postView },
      errors: ['IDEMPOTENCY_KEY_REUSED'],
      handle: ({ body: { dueAt, ...post }, headers, account }) =>
        controller.create(
          { ...post, dueAt: new Date(dueAt) },
          { accountId: account.accountId, idempotencyKey: headers['idempotency-key'] },
        ),
    }),
    defineRoute({
      ...{ method: 'get', path: POSTS, tag, guard: 'reader' },
      summary: 'The posts, newest first',
      query: z.strictObject({
        authorId: authorId.optional(),
        status: status.optional(),
        ...pageQuery(50),
      }),
      responses: { 200: pageOf(postView) },
      handle: ({ query: { authorId, status, ...page } }) =>
        controller.list({ authorId, status }, page),
    }),
    defineRoute({
      ...{ method: 'get', path: `${POSTS}/:id`, tag, guard: 'reader' },
      summary: 'One of them',
      params,
      responses: { 200: postView },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.get(request.params.id),
    }),
    defineRoute({
      ...{ method: 'post', path: `${POSTS}/:id/cancel`, tag, guard: 'administrator' },
      summary: 'Let it never be published',
      params,
      responses: { 200: postView },
      errors: ['NOT_FOUND', 'NOT_CANCELLABLE'],
      handle: (request) => controller.cancel(request.params.id),
    }),
  ];
}
