import { ulid } from 'ulid';
import { requestHash } from '../../config/requestHash.ts';
import { AppError } from '../../errors/AppError.ts';
import { DURABLE } from '../../models/durable.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { type PostDoc, PostModel } from '../../models/PostModel.ts';
import { documentOf } from '../../models/pages.ts';

/** A post that is to be published. */
export type NewPost = Pick<PostDoc, 'authorId' | 'title' | 'body' | 'dueAt'>;

/**
 * Schedules a post. Under the same idempotency key the same request is the same post.
 * @throws AppError `IDEMPOTENCY_KEY_REUSED` for another request under a known key.
 */
export async function schedulePost(
  post: NewPost,
  { accountId, idempotencyKey }: { accountId: string; idempotencyKey: string | undefined },
): Promise<PostDoc> {
  const _id =
    idempotencyKey === undefined
      ? ulid()
      : `p-${requestHash(accountId, idempotencyKey).slice(0, 32)}`;
  const scheduled: PostDoc = {
    _id,
    ...post,
    status: 'scheduled',
    publishedAt: null,
    webhook: 'none',
    synthetic: false,
  };
  if (await insertOnce(PostModel, scheduled)) return scheduled;
  const known = await documentOf(PostModel, 'post', _id);
  if (!isSame(known, post)) {
    throw new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'The Idempotency-Key stands for another post already: take a new key.',
    );
  }
  return known;
}

function isSame(known: PostDoc, { authorId, title, body, dueAt }: NewPost): boolean {
  return (
    known.authorId === authorId &&
    known.title === title &&
    known.body === body &&
    known.dueAt.getTime() === dueAt.getTime()
  );
}

/**
 * Lets a post never be published; cancelled again it stays so.
 * @throws AppError `NOT_FOUND`; `NOT_CANCELLABLE` once it is published.
 */
export async function cancelPost(id: string): Promise<PostDoc> {
  await PostModel.updateOne(
    { _id: id, status: 'scheduled' },
    { $set: { status: 'cancelled' } },
    { writeConcern: DURABLE },
  );
  const post = await documentOf(PostModel, 'post', id);
  if (post.status === 'cancelled') return post;
  throw new AppError('NOT_CANCELLABLE', `The post ${id} is published already.`);
}
