import { Command } from 'commander';
import { terminalText } from '../config/terminalText.ts';

/** Writes lines to standard output. What others wrote in them cannot command the terminal. */
export function say(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${terminalText(line)}\n`);
}

/** Writes lines to standard error, in the same way. */
export function complain(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${terminalText(line)}\n`);
}

/** A command whose own messages, which repeat arguments, are written in the same way. */
export function commandNamed(name: string): Command {
  return new Command(name).configureOutput({
    writeOut: (text) => process.stdout.write(terminalText(text)),
    writeErr: (text) => process.stderr.write(terminalText(text)),
  });
}
