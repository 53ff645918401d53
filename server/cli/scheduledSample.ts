// Asked by `npm start` after it has imported the sample: something for the scheduled jobs to do.
import { makeScheduledSample } from '../Services/Importing/scheduledSample.ts';
import { say } from './output.ts';
import { withMongo } from './withMongo.ts';

await withMongo(async () => {
  const { posts, tokens, trials } = await makeScheduledSample();
  say(`${posts} posts, ${tokens} API tokens and ${trials} trials, all synthetic`);
});
