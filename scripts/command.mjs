import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectDir } from './project.mjs';

/** How many of its last lines a failed command shows. */
const TAIL_LINES = 20;

/** A command that could not be started, ended with another code than 0, or was cut off. */
export class CommandError extends Error {
  /** @override */
  name = 'CommandError';

  /**
   * @param {string} commandLine
   * @param {string} reason
   * @param {readonly string[]} tail the last lines of its output
   * @param {number | null} exitCode
   */
  constructor(commandLine, reason, tail, exitCode = null) {
    super([`${commandLine}: ${reason}`, ...tail].join('\n'));
    this.exitCode = exitCode;
  }
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Passes a signal on to every command that is still running.
 * @param {NodeJS.Signals} signal
 */
export function signalRunning(signal) {
  for (const child of running) child.kill(signal);
}

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [input] written to its standard input
 * @property {boolean} [onTerminal] its output goes straight to ours
 * @property {number} [idleMs] ended when it has said nothing for so long
 * @property {number} [timeoutMs] ended when it has run for so long
 * @property {(line: string) => void} [onLine] called with each line it writes
 */

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<string>} what it wrote to standard output, unless that was the terminal
 * @throws {CommandError} naming the command, the reason and its last lines
 */
export async function runCommand(command, args, options = {}) {
  const { cwd = projectDir, env = process.env, input, onTerminal = false } = options;
  const output = onTerminal ? 'inherit' : 'pipe';
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', output, output],
  });
  running.add(child);
  child.stdin?.end(input);

  /** @type {string | undefined} */
  let cutOff;
  const cut = (/** @type {string} */ reason) => {
    cutOff = reason;
    child.kill('SIGKILL');
  };
  const { idleMs, timeoutMs } = options;
  const limit = timeoutMs && setTimeout(cut, timeoutMs, `took more than ${timeoutMs / 1000} s`);
  const idle = idleMs ? setTimeout(cut, idleMs, `said nothing for ${idleMs / 1000} s`) : undefined;

  /** @type {string[]} */
  const stdout = [];
  /** @type {string[]} */
  const tail = [];
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of streams) {
    createInterface({ input: stream }).on('line', (line) => {
      idle?.refresh();
      if (stream === child.stdout) stdout.push(line);
      if (line.trim() !== '') tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      options.onLine?.(line);
    });
  }

  const commandLine = [command, ...args].join(' ');
  try {
    const { code, signal } = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    if (cutOff !== undefined) throw new CommandError(commandLine, cutOff, tail);
    if (signal !== null) throw new CommandError(commandLine, `ended by ${signal}`, tail);
    if (code !== 0) throw new CommandError(commandLine, `ended with code ${code}`, tail, code);
    return stdout.join('\n');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(commandLine, /** @type {Error} */ (error).message, tail);
  } finally {
    clearTimeout(limit || undefined);
    clearTimeout(idle);
    running.delete(child);
  }
}

/**
 * The full path of a program, looked for on PATH and then in the folders given.
 * @param {string} name
 * @param {readonly string[]} [otherFolders]
 * @returns {string | undefined}
 */
export function findProgram(name, otherFolders = []) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...otherFolders];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
