import mongoose, { type Connection, type ConnectOptions } from 'mongoose';
import { succeedsInTime } from './inTime.ts';
import { failWritesOfClosedSockets } from './mongoSocketClose.ts';

// A query while MongoDB is away fails at once instead of waiting unseen in a buffer.
mongoose.set('bufferCommands', false);
// An unknown key in a filter is a mistake: dropped silently, `{}` would match everything.
mongoose.set('strictQuery', 'throw');
mongoose.set('autoIndex', false);
mongoose.set('autoCreate', false);
failWritesOfClosedSockets();

interface MongoOptions {
  uri: string;
  /** Seen in the server's list of connections. */
  appName?: string;
  /** An operation that hears nothing for so long fails; without it, the network alone decides. */
  silenceTimeoutMs?: number;
  /** How long a server is waited for. What answers requests keeps to the default. */
  selectionTimeoutMs?: number;
}

/**
 * The driver repeats once what the death of MongoDB cuts short, and waits anew so long for a server: with what
 * had passed before, a request must still be answered within a second.
 */
const SERVER_SELECTION_MS = 600;
const PING_MS = 800;

function connectOptions({
  appName = 'hourwork',
  silenceTimeoutMs,
  selectionTimeoutMs = SERVER_SELECTION_MS,
}: MongoOptions): ConnectOptions {
  return {
    appName,
    ...(silenceTimeoutMs === undefined ? {} : { socketTimeoutMS: silenceTimeoutMs }),
    serverSelectionTimeoutMS: selectionTimeoutMs,
    connectTimeoutMS: 2_000,
    heartbeatFrequencyMS: 1_000,
    maxPoolSize: 20,
  };
}

/**
 * Connects mongoose's default connection, on which all models live.
 * @throws if no server answers in time: within 0.6 s, where nothing else is said.
 */
export async function connectMongo(options: MongoOptions): Promise<void> {
  await mongoose.connect(options.uri, connectOptions(options));
}

/**
 * Asks something over a connection of its own, while the models have none and nothing can be served.
 * @throws if no server answers within 0.6 s, or what `ask` throws.
 */
export async function askMongo<T>(
  options: MongoOptions,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await mongoose
    .createConnection(options.uri, connectOptions(options))
    .asPromise();
  try {
    return await ask(connection);
  } finally {
    await connection.close();
  }
}

/** Closes the default connection; safe to call when it never opened. */
export async function disconnectMongo(): Promise<void> {
  await mongoose.disconnect();
}

/**
 * Asks the server for a sign of life.
 * @returns false when none came within `timeoutMs`; never throws.
 */
export async function isMongoUp(timeoutMs = PING_MS): Promise<boolean> {
  const { db } = mongoose.connection;
  if (db === undefined) return false;
  const ping = async () => {
    await db.command({ ping: 1 }, { timeoutMS: timeoutMs });
    return true;
  };
  return succeedsInTime(ping, timeoutMs);
}
