import { ensureIndexes } from '../models/indexes.ts';
import { withMongo } from './withMongo.ts';

await withMongo(async () => {
  const models = await ensureIndexes();
  process.stdout.write(`Indexes stand for ${models.join(', ')}.\n`);
});
