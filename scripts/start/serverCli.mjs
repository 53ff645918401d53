import { join } from 'node:path';
import { CommandError, runCommand } from '../command.mjs';
import { SetupError } from '../setupError.mjs';

/**
 * Runs one of the server's own commands (server/cli).
 * @param {string} name
 * @param {readonly string[]} args
 * @param {import('../command.mjs').CommandOptions} [options]
 * @returns {Promise<string>} what it wrote to standard output, unless that was the terminal
 * @throws {SetupError} when it fails
 */
export async function serverCli(name, args, options) {
  const file = join('dist', 'server', 'cli', `${name}.js`);
  try {
    return await runCommand(process.execPath, [file, ...args], options);
  } catch (error) {
    const commandLine = ['node', file, ...args].join(' ');
    throw new SetupError(`${commandLine} failed.`, {
      tried: [/** @type {Error} */ (error).message],
      remedy: 'mend what it names, then start again',
      cause: error,
    });
  }
}

/**
 * The exit code of one of the server's own commands, its output on the terminal.
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export async function serverCliCode(name, args) {
  try {
    await serverCli(name, args, { onTerminal: true });
    return 0;
  } catch (error) {
    const { cause } = /** @type {SetupError} */ (error);
    if (cause instanceof CommandError && cause.exitCode !== null) return cause.exitCode;
    throw error;
  }
}
