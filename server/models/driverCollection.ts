import type { Model } from 'mongoose';

/**
 * The driver's own collection of a model, for the hot paths: mongoose's casts of a thousand documents cost more than
 * writing them. What goes in, in filters too, must have the form in which it is stored.
 */
export function driverCollection<Doc extends object>(model: Model<Doc>) {
  return model.db.collection<Doc>(model.collection.name);
}
