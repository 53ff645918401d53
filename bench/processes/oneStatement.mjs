import { load } from './parts.mjs';

const { setEach } = await load('models/setEach.js');

/**
 * One update for a batch of records, all of the first generation and in their first start, fenced as the product does it.
 * @param {readonly {key: string, fields: object}[]} changes
 * @param {readonly string[]} from the states that a record may be in
 */
export const inOneStatement = (changes, from) =>
  setEach(changes, {
    by: '_id',
    unless: [{ generation: { $ne: 1 } }, { status: { $nin: from } }, { starts: { $gt: 1 } }],
  });
