import { mongo } from 'mongoose';

const { deserialize, onDemand, serialize } = mongo.BSON;

type Bytes = Uint8Array;

/** Types of elements, as BSON numbers them (https://bsonspec.org/spec.html). */
const DOCUMENT = 3;
const ARRAY = 4;
/** Values as they are stored: a Double stays one though its value is whole. */
const AS_STORED = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
} as const;
const NAME = 'v';

/** A document, its fields in their order. */
export type Fields = Map<string, unknown>;

/** The document in BSON. */
export function toBson(fields: Fields): Uint8Array {
  return serialize(fields);
}

/**
 * A document out of BSON whose every value is written again just as it stood. Objects are Maps: a
 * plain one puts `2` before `b` and would be taken for a reference when it has the field `$ref`.
 * @throws Error when the bytes are no document, or hold what cannot be written again, such as one
 * name twice.
 */
export function fromBson(bytes: Bytes): Fields {
  const fields = fieldsOf(bytes);
  if (Buffer.compare(toBson(fields), bytes) !== 0) {
    throw new Error('it holds a name twice, or a type that is no longer written');
  }
  return fields;
}

function fieldsOf(bytes: Bytes): Fields {
  const fields: Fields = new Map();
  for (const { name, value } of elements(bytes)) fields.set(name, value);
  return fields;
}

function* elements(bytes: Bytes): Generator<{ name: string; value: unknown }> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [type, nameAt, nameLength, at, length] of onDemand.parseToElements(bytes)) {
    const name = buffer.toString('utf8', nameAt, nameAt + nameLength);
    const value = buffer.subarray(at, at + length);
    if (type === DOCUMENT) yield { name, value: fieldsOf(value) };
    else if (type === ARRAY) yield { name, value: [...elements(value)].map((each) => each.value) };
    else yield { name, value: scalar(type, value) };
  }
}

/** The driver reads whole documents only, so a value is read as the one field of its own. */
function scalar(type: number, value: Buffer): unknown {
  const head = Buffer.alloc(5);
  const document = Buffer.concat([head, Buffer.from(`${NAME}\0`), value, Buffer.alloc(1)]);
  document.writeInt32LE(document.length);
  document[4] = type;
  return deserialize(document, AS_STORED)[NAME];
}
