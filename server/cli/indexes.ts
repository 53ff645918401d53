import { ensureIndexes } from '../models/indexes.ts';
import { say } from './output.ts';
import { withMongo } from './withMongo.ts';

await withMongo(async () => {
  const models = await ensureIndexes();
  say(`Indexes stand for ${models.join(', ')}.`);
});
