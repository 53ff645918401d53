import mongoose, { type mongo } from 'mongoose';

/** The database of the open connection. @throws Error when none was opened. */
export function database(): mongo.Db {
  const { db } = mongoose.connection;
  if (db === undefined) throw new Error('There is no connection to MongoDB.');
  return db;
}
