import { DURABLE } from '../../models/durable.ts';
import { type PostDoc, PostModel } from '../../models/PostModel.ts';

/** Read at a time: an author with more due posts than memory holds is published all the same. */
const PAGE_SIZE = 200;

/**
 * The authors after this id, at most `limit`, who have posts due by an instant or a webhook owed, in
 * byte order.
 */
export async function authorsWithDuePosts(
  until: Date,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const beyond = after === null ? {} : { authorId: { $gt: after } };
  const found = await PostModel.aggregate<{ _id: string }>([
    {
      $match: {
        $or: [
          { status: 'scheduled', dueAt: { $lte: until }, ...beyond },
          { webhook: 'owed', ...beyond },
        ],
      },
    },
    { $group: { _id: '$authorId' } },
    { $sort: { _id: 1 } },
    { $limit: limit },
  ]);
  return found.map(({ _id }) => _id);
}

interface Publishing {
  authorId: string;
  until: Date;
  /** Whether each is to be told to the webhook. */
  tellsWebhook: boolean;
  signal: AbortSignal;
}

/**
 * Publishes what an author has due by an instant, in the order of its time. Each post is published by one
 * conditional write: of two workers, or two tries, one succeeds, and none comes before an earlier one.
 * @returns how many this call published.
 */
export async function publishDuePosts(publishing: Publishing): Promise<number> {
  const { authorId, until, tellsWebhook, signal } = publishing;
  let published = 0;
  for (;;) {
    const due = await PostModel.find(
      { authorId, status: 'scheduled', dueAt: { $lte: until } },
      { _id: 1 },
    )
      .sort({ dueAt: 1, _id: 1 })
      .limit(PAGE_SIZE)
      .lean();
    if (due.length === 0) return published;
    for (const { _id } of due) {
      signal.throwIfAborted();
      const { modifiedCount } = await PostModel.updateOne(
        { _id, status: 'scheduled' },
        {
          $set: {
            status: 'published',
            publishedAt: new Date(),
            webhook: tellsWebhook ? 'owed' : 'none',
          },
        },
        { writeConcern: DURABLE },
      );
      published += modifiedCount;
    }
  }
}

/** The author's published posts of which the webhook has not been told, oldest first. */
export async function owedWebhooks(authorId: string): Promise<string[]> {
  const owed = await PostModel.find({ authorId, webhook: 'owed' }, { _id: 1 })
    .sort({ dueAt: 1, _id: 1 })
    .limit(PAGE_SIZE)
    .lean();
  return owed.map(({ _id }) => _id);
}

/** Says that jobs will tell the webhook of these posts. */
export async function webhooksEnqueued(postIds: readonly string[]): Promise<void> {
  await PostModel.updateMany(
    { _id: { $in: [...postIds] }, webhook: 'owed' },
    { $set: { webhook: 'enqueued' } },
    { writeConcern: DURABLE },
  );
}

/** A post that is published; null for one that is gone. */
export function publishedPost(postId: string): Promise<PostDoc | null> {
  return PostModel.findOne({ _id: postId, status: 'published' }).lean<PostDoc>();
}
