import type { Model, mongo } from 'mongoose';

/**
 * The driver's own collection of a model, for the hot paths: mongoose's casts of a thousand documents cost more than
 * writing them. What goes in, in filters too, must have the form in which it is stored.
 */
export function driverCollection<Doc extends object>(model: Model<Doc>) {
  return model.db.collection<Doc>(model.collection.name);
}

/**
 * These fields of all documents that fit the filter, in one answer: by itself a server gives 101 documents, and the
 * rest when it is asked once more.
 * @param atMost how many there may be; more take further answers.
 */
export function readStored<Doc extends object, Field extends keyof Doc & string>(
  model: Model<Doc>,
  filter: mongo.Filter<Doc>,
  { fields, atMost }: { fields: readonly Field[]; atMost: number },
): Promise<Pick<Doc, Field>[]> {
  const projection = { _id: 0, ...Object.fromEntries(fields.map((field) => [field, 1])) };
  return driverCollection(model)
    .find(filter)
    .project<Pick<Doc, Field>>(projection)
    .batchSize(atMost + 1)
    .toArray();
}
