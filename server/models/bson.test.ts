import { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { type Fields, fromBson, toBson } from './bson.ts';

const { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey } =
  mongo.BSON;
const { ObjectId, Timestamp } = mongo.BSON;

const object = (...fields: [string, unknown][]): Fields => new Map(fields);

it.each<[string, unknown]>([
  ['what Extended JSON takes for an id', object(['$oid', 'none'])],
  ['what Extended JSON takes for a date', object(['$date', 'soon'])],
  ['what Extended JSON takes for a number', object(['$numberLong', '5'])],
  ['what Extended JSON takes for code', object(['$code', 'x'])],
  ['what the driver takes for a reference', object(['$ref', 'a.b'], ['$id', 1])],
  ['what the driver takes for a type', object(['_bsontype', 'ObjectId'], ['id', 'x'])],
  ['an operator', object(['$set', object(['status', 'queued'])])],
  ['names that are numbers, in their order', object(['b', 1], ['2', 1], ['1', 1])],
  ['names of the language', object(['__proto__', object(['a', 1])], ['constructor', 1])],
  ['names with dots, and none', object(['a.b', 1], ['', 2])],
  ['objects in arrays', [1, [object(['$oid', 'none'])], null]],
  ['characters that end a line', 'a\u2028b\u2029c\r\n\0'],
  ['whole doubles', [new Double(3), new Double(-0), new Double(Number.NaN)]],
  ['integers', [new Int32(3), Long.fromString('9007199254740993')]],
  ['decimals', Decimal128.fromString('0.10')],
  ['bytes', [new Binary(Buffer.from([0, 255])), new Binary(Buffer.from([1]), 2)]],
  ['instants', [new Date(0), new Date(-1), new Timestamp({ t: 1, i: 2 })]],
  ['ids', new ObjectId()],
  ['expressions', new BSONRegExp('a/b', 'im')],
  ['code', [new Code('x'), new Code('x', { a: 1 })]],
  ['the ends', [new MinKey(), new MaxKey(), true, false]],
  ['old names', new BSONSymbol('s')],
])('brings back as it was: %s', (_, value) => {
  const bytes = toBson(object(['_id', 1], ['value', value]));
  expect(Buffer.from(toBson(fromBson(bytes)))).toEqual(Buffer.from(bytes));
});

it.each<[string, number[]]>([
  ['a name twice', [0x0a, 0x61, 0, 0x0a, 0x61, 0]],
  ['undefined', [0x06, 0x61, 0]],
  ['a type that there is not', [0x55, 0x61, 0]],
  ['a string beyond its end', [0x02, 0x61, 0, 0xff, 0, 0, 0, 0x61, 0]],
  ['a string that is no UTF-8', [0x02, 0x61, 0, 2, 0, 0, 0, 0xff, 0]],
])('refuses %s', (_, element) => {
  const bytes = Buffer.from([0, 0, 0, 0, ...element, 0]);
  bytes.writeInt32LE(bytes.length);
  expect(() => fromBson(bytes)).toThrow(Error);
});
