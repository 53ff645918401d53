import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { commandNamed, complain, say } from './output.ts';

/** What ends up on standard output and standard error while `write` runs. */
function written(write: () => void): string {
  let text = '';
  const keep = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  );
  try {
    write();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return text;
}

it('writes lines of which a terminal obeys nothing', () => {
  const lines = ['a\u001b[2J', 'b\u202ec'];
  expect(written(() => say(...lines))).toBe('a\\u001b[2J\nb\\u202ec\n');
  expect(written(() => complain(...lines))).toBe('a\\u001b[2J\nb\\u202ec\n');
});

it('lets no argument command the terminal when a command repeats it', () => {
  const program = commandNamed('x').exitOverride();
  program.command('y').action(() => undefined);
  const parse = (...args: string[]) => program.parse(args, { from: 'user' });
  const refused = written(() => expect(() => parse('y', '--\u001b[2J')).toThrow());
  expect(refused).toContain("unknown option '--\\u001b[2J'");
});

it('is the only way of the commands to write, but for what the terminal itself is asked', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => ({ name, text: readFileSync(join(import.meta.dirname, name), 'utf8') }));
  const writing = sources.filter(({ text }) => /\b(?:stdout|stderr)\.write|console\./.test(text));
  expect(writing.map(({ name }) => name).toSorted()).toEqual(['output.ts', 'readPassword.ts']);
  const building = sources.filter(({ text }) => /new Command\(/.test(text));
  expect(building.map(({ name }) => name)).toEqual(['output.ts']);
});
