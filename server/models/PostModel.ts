import { model, Schema } from 'mongoose';

export const POST_STATUSES = ['scheduled', 'published', 'cancelled'] as const;

/** Something an author wants to be published at a time. */
export interface PostDoc {
  _id: string;
  /** Letters, digits, `_` and `-`. Authors are published side by side, the posts of one in order of time. */
  authorId: string;
  title: string;
  body: string;
  dueAt: Date;
  status: (typeof POST_STATUSES)[number];
  publishedAt: Date | null;
  /** Whether the webhook has yet to be told: `owed` is set by the same write that publishes. */
  webhook: 'none' | 'owed' | 'enqueued';
  /** Made for show. */
  synthetic: boolean;
}

const postSchema = new Schema<PostDoc>(
  {
    _id: { type: String, required: true },
    authorId: { type: String, required: true, match: /^[0-9A-Za-z_-]{1,64}$/ },
    title: { type: String, required: true, maxlength: 300 },
    body: { type: String, default: '', maxlength: 100_000 },
    dueAt: { type: Date, required: true },
    status: { type: String, enum: POST_STATUSES, default: 'scheduled' },
    publishedAt: { type: Date, default: null },
    webhook: { type: String, enum: ['none', 'owed', 'enqueued'], default: 'none' },
    synthetic: { type: Boolean, default: false },
  },
  { collection: 'posts', versionKey: false, autoIndex: false },
);

// The posts that are due, by author and in order.
postSchema.index(
  { authorId: 1, dueAt: 1, _id: 1 },
  { partialFilterExpression: { status: 'scheduled' } },
);
// The authors who have posts due, or webhooks owed.
postSchema.index({ dueAt: 1 }, { partialFilterExpression: { status: 'scheduled' } });
postSchema.index({ authorId: 1, _id: 1 }, { partialFilterExpression: { webhook: 'owed' } });

// The list of posts, newest first, of an author or a status.
postSchema.index({ authorId: 1, _id: -1 });
postSchema.index({ status: 1, _id: -1 });

export const PostModel = model<PostDoc>('Post', postSchema);
