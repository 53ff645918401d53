import type { mongo } from 'mongoose';

/**
 * Removes every collection of a database whose names are used again afterwards.
 *
 * Not `dropDatabase`: each connection of DocumentDB keeps a list of the collections by name, and
 * loses what it hears of a drop while it adds another entry to that list. It then takes a collection
 * that was made anew under the old name for one that is not there: reads find nothing, updates match
 * nothing, an upsert answers "Unable to create the specified collection". As each drop makes all
 * connections forget the whole list, a loss is made good by the next drop; `dropDatabase` is one.
 */
export async function emptyDatabase(database: mongo.Db): Promise<void> {
  const collections = await database.listCollections({}, { nameOnly: true }).toArray();
  await database.createCollection('dropped-last');
  for (const { name } of collections) await database.dropCollection(name);
  await database.dropCollection('dropped-last');
}
