import { complain } from './output.ts';

/**
 * Runs one command. An error is told in one line and ends the process with 1. A reader that has seen
 * enough (`| head`) is no error: what was begun, a restore say, is done to its end.
 */
export async function tellErrors(command: () => Promise<void>): Promise<void> {
  process.stdout.on('error', unlessReaderLeft);
  try {
    await command();
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
