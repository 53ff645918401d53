import mongoose from 'mongoose';

/** What the database server says of itself. */
export interface MongoFacts {
  /** With the product's name, such as `MongoDB 8.0.4`. */
  version: string;
  /** Its clock, in milliseconds since 1970. */
  now(): Promise<number>;
}

/** Asks the server of the open connection. */
export async function readMongoFacts(): Promise<MongoFacts> {
  const { db } = mongoose.connection;
  if (db === undefined) throw new Error('There is no connection to MongoDB.');
  const { version, ferretdb } = await db.admin().command({ buildInfo: 1 });
  return {
    version: ferretdb === undefined ? `MongoDB ${version}` : `FerretDB ${ferretdb.version}`,
    now: async () => (await storeTime()).getTime(),
  };
}

/** The clock of the database server: the one clock by which all processes go. */
export async function storeTime(): Promise<Date> {
  const { db } = mongoose.connection;
  if (db === undefined) throw new Error('There is no connection to MongoDB.');
  const { localTime } = await db.admin().command({ hello: 1 });
  return localTime as Date;
}
