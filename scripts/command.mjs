import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectDir } from './project.mjs';

/** How much of its output a failed command shows: some name the reason first, some last. */
const HEAD_LINES = 8;
const TAIL_LINES = 15;

/** A command that could not be started, ended with another code than 0, or was cut off. */
export class CommandError extends Error {
  /** @override */
  name = 'CommandError';

  /**
   * @param {string} commandLine
   * @param {string} reason
   * @param {readonly string[]} output what is shown of its output
   * @param {number | null} exitCode
   */
  constructor(commandLine, reason, output, exitCode = null) {
    super([`${commandLine}: ${reason}`, ...output].join('\n'));
    this.exitCode = exitCode;
  }
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Passes a signal on to every command that is still running and not shielded.
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
 * @property {boolean} [shielded] Ctrl-C does not reach it: it is short, or part of cleaning up
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
  const {
    cwd = projectDir,
    env = process.env,
    input,
    onTerminal = false,
    shielded = false,
  } = options;
  const output = onTerminal ? 'inherit' : 'pipe';
  const child = spawn(command, args, {
    cwd,
    env,
    detached: shielded,
    stdio: [input === undefined ? 'ignore' : 'pipe', output, output],
  });
  if (!shielded) running.add(child);
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
  const head = [];
  /** @type {string[]} */
  const tail = [];
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of streams) {
    createInterface({ input: stream }).on('line', (line) => {
      idle?.refresh();
      if (stream === child.stdout) stdout.push(line);
      if (line.trim() !== '') (head.length < HEAD_LINES ? head : tail).push(line);
      if (tail.length > TAIL_LINES) tail.splice(0, 2, '…');
      options.onLine?.(line);
    });
  }

  const failure = (/** @type {string} */ reason, /** @type {number | null} */ code = null) =>
    new CommandError([command, ...args].join(' '), reason, [...head, ...tail], code);
  try {
    const { code, signal } = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    if (cutOff !== undefined) throw failure(cutOff);
    if (signal !== null) throw failure(`ended by ${signal}`);
    if (code !== 0) throw failure(`ended with code ${code}`, code);
    return stdout.join('\n');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw failure(/** @type {Error} */ (error).message);
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
