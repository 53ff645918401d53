import { describe, expect, it } from 'vitest';
import { CommandError, findProgram, runCommand } from './command.mjs';

const node = (script: string) => [process.execPath, ['-e', script]] as const;

async function failure(running: Promise<string>): Promise<CommandError> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CommandError) return error;
  throw new Error('The command did not fail with a CommandError.');
}

describe('running a command', () => {
  it('answers what it wrote to standard output, and shows each line of both', async () => {
    const lines: string[] = [];
    const script = 'console.log("one"); console.error("two"); console.log("three")';
    const answer = await runCommand(...node(script), { onLine: (line) => lines.push(line) });
    expect(answer).toBe('one\nthree');
    expect(lines.sort()).toEqual(['one', 'three', 'two']);
  });

  it('gives it what it shall read', async () => {
    expect(await runCommand('cat', [], { input: 'text\n' })).toBe('text');
  });

  it('names command, exit code and the beginning and end of its output when it fails', async () => {
    const script = 'for (let n = 0; n < 100; n++) console.log("line " + n); process.exitCode = 7';
    const { message, exitCode } = await failure(runCommand(...node(script)));
    expect(exitCode).toBe(7);
    expect(message).toMatch(/ended with code 7\nline 0\n/);
    expect(message).toMatch(/…\n(line \d+\n)+line 99$/);
    expect(message.split('\n').length).toBeLessThan(30);
  });

  it('says so when there is no such program', async () => {
    const { message } = await failure(runCommand('/no/such/program', []));
    expect(message).toMatch(/ENOENT/);
  });

  it('ends one that says nothing for too long, but not one that talks', async () => {
    const silent = runCommand(...node('setInterval(() => {}, 1000)'), { idleMs: 300 });
    expect((await failure(silent)).message).toMatch(/said nothing for 0.3 s/);
    const talking =
      'let n = 0; const t = setInterval(() => { console.log(n); if (++n > 9) clearInterval(t); }, 100)';
    expect(await runCommand(...node(talking), { idleMs: 900 })).toMatch(/9$/);
  });

  it('ends one that takes too long', async () => {
    const endless = runCommand(...node('setInterval(() => console.log(1), 20)'), {
      timeoutMs: 300,
    });
    expect((await failure(endless)).message).toMatch(/took more than 0.3 s/);
  });
});

describe('finding a program', () => {
  it('finds what is on PATH, then in the folders given, and nothing else', () => {
    expect(findProgram('sh')).toMatch(/\/sh$/);
    expect(findProgram('no-such-program', ['/bin'])).toBeUndefined();
  });

  it('takes no folder for a program', () => {
    expect(findProgram('bin', ['/usr'])).not.toBe('/usr/bin');
  });
});
