import { type Env, readEnv } from '../config/env.ts';
import { connectMongo, disconnectMongo } from '../config/mongoConn.ts';

/**
 * Runs one command with the database open, and closes it after. An error is told in one line and
 * ends the process with 1.
 */
export async function withMongo(command: (env: Env) => Promise<void>): Promise<void> {
  try {
    const env = readEnv();
    if (env.MONGODB_URI === undefined) {
      throw new Error('MONGODB_URI is not set: name the database in .env, or let npm start do so.');
    }
    await connectMongo({ uri: env.MONGODB_URI, appName: 'hourwork-cli' });
    await command(env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await disconnectMongo();
  }
}
