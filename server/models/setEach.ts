/** A document's change: the key by which it is found, and the values that it is to have. */
interface Change {
  readonly key: unknown;
  readonly fields: Readonly<Record<string, unknown>>;
}

interface SetEachOptions {
  /** The field that holds the key. It needs an index. */
  by: string;
  /** Documents that fit one of these stay as they are. */
  unless: readonly Record<string, unknown>[];
  /** Fields that the documents lose. */
  unset?: readonly string[];
}

/**
 * One operation of a bulk write that gives many documents values of their own, but for those behind their fence.
 * A server plans each statement anew: for a thousand updates of one document, FerretDB spends more time on that than
 * on the changes. The fence says what must not be, because no index is taken for that: the keys lead to few documents,
 * and what else it asks for may lead to millions.
 * How many documents matched is one number for all. Such an operation is not among those that the driver repeats
 * by itself when a primary steps down.
 */
export function setEach(changes: readonly Change[], { by, unless, unset = [] }: SetEachOptions) {
  const keys = changes.map(({ key }) => key);
  const position = { $indexOfArray: [{ $literal: keys }, `$${by}`] };
  const fields = { $arrayElemAt: [{ $literal: changes.map((change) => change.fields) }, position] };
  // A server keeps the id by itself. FerretDB would put it before one that is given, and a document would have two.
  const others = { $unsetField: { field: '_id', input: '$$ROOT' } };
  return {
    updateMany: {
      filter: { [by]: { $in: keys }, $nor: [...unless] },
      update: [
        { $replaceWith: { $mergeObjects: [others, fields] } },
        ...(unset.length === 0 ? [] : [{ $unset: [...unset] }]),
      ],
    },
  };
}
