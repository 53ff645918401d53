import { type PostDoc, PostModel } from '../models/PostModel.ts';
import { documentOf, type Page, pageOfModel } from '../models/pages.ts';
import { cancelPost, type NewPost, schedulePost } from '../Services/Posts/posts.ts';
import { created, ok } from './reply.ts';

interface Requester {
  accountId: string;
  idempotencyKey: string | undefined;
}

/** Posts that are published when they are due. */
export function createPostsController() {
  return {
    create: async (post: NewPost, requester: Requester) =>
      created(postView(await schedulePost(post, requester))),
    async list(filter: { authorId?: string | undefined; status?: string | undefined }, page: Page) {
      const { items, nextCursor } = await pageOfModel(PostModel, filter, page, -1);
      return ok({ items: items.map(postView), nextCursor });
    },
    get: async (id: string) => ok(postView(await documentOf(PostModel, 'post', id))),
    cancel: async (id: string) => ok(postView(await cancelPost(id))),
  };
}

export type PostsController = ReturnType<typeof createPostsController>;

function postView({ _id: id, webhook: _, ...post }: PostDoc) {
  return { id, ...post };
}
