import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mongoose from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from '../command.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';

const uri = useOwnDatabase();
const CASES = join(import.meta.dirname, 'cases');
const NO_PURCHASES = 'externalId,purchasedAt,amount,items\n';
const NO_USERS = 'externalId,email,timezone,active\n';
/** What a terminal obeys, or shows in another order. */
const COMMANDS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u;

const users = () => mongoose.connection.collection('users');
const purchases = () => mongoose.connection.collection('purchases');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-cases-'));
  await Promise.all([users().deleteMany({}), purchases().deleteMany({})]);
});
afterEach(() => rm(folder, { recursive: true }));

/** A case by its name, or a file made of the text. */
async function fileOf(given: string): Promise<string> {
  if (!given.includes('\n')) return join(CASES, given);
  const path = join(folder, `${createHash('sha1').update(given).digest('hex').slice(0, 8)}.csv`);
  await writeFile(path, given);
  return path;
}

async function imported(usersFile: string, purchasesFile: string, ...flags: string[]) {
  const paths = [await fileOf(usersFile), await fileOf(purchasesFile)];
  return command('import', ['files', ...paths, ...flags], { settings: { MONGODB_URI: uri } });
}

async function externalIds(): Promise<string[]> {
  const all = await users().find().sort({ externalId: 1 }).toArray();
  return all.map(({ externalId }) => String(externalId));
}

async function amounts(): Promise<number[]> {
  const all = await purchases().find().sort({ amountCents: 1 }).toArray();
  return all.map(({ amountCents }) => Number(amountCents));
}

describe('files as people have them', () => {
  it('take a line break in quotes for a part of its field', async () => {
    expect(await imported('quoted-line-break.csv', NO_PURCHASES)).toMatchObject({ code: 0 });
    expect(await externalIds()).toEqual(['qa1', 'qa2', 'qa3']);
  });

  it('take U+2028 for a part of its field', async () => {
    const ended = await imported('line-separator-users.csv', 'line-separator-purchases.csv');
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('Purchases: 2 added.') });
    expect(await externalIds()).toEqual(['ls1', 'ls2']);
    expect((await purchases().find().toArray()).map(({ key }) => key)).toEqual([2, 3]);
  });

  it('may be separated by semicolons', async () => {
    expect(await imported('semicolon-users.csv', NO_PURCHASES)).toMatchObject({ code: 0 });
    expect(await externalIds()).toEqual(['s1']);
  });

  it('may have international e-mails, and users without any', async () => {
    expect(await imported('non-ascii-email.csv', NO_PURCHASES)).toMatchObject({ code: 0 });
    const emails = await users().find().sort({ externalId: 1 }).toArray();
    expect(emails.map(({ email }) => email)).toEqual([
      'jörg@bücher.example',
      null,
      'ea3@bücher.example',
    ]);
    const shown = await command('user', ['show', 'ea2'], { settings: { MONGODB_URI: uri } });
    expect(shown.out).toMatch(/^User ea2 \([0-9a-f]{24}\), no e-mail, UTC, active\n/);
  });

  it('may not have an e-mail of megabytes, and the rest is imported', async () => {
    const row = (id: string, email: string) => `${id},${email},UTC,true\n`;
    const text = `${NO_USERS}${row('big', `${'a'.repeat(17_000_000)}@example.com`)}${row('long', `${'a'.repeat(300)}@example.com`)}${row('fine', 'a@example.com')}`;
    const ended = await imported(text, NO_PURCHASES);
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining(':3: email is not an') });
    expect(ended.err.length).toBeLessThan(5_000);
    expect(await externalIds()).toEqual(['fine']);
  });
});

describe('a file that is partly refused', () => {
  it('removes nothing with --replace', async () => {
    await imported('shift-users.csv', 'replace-1.csv', '--source', 'shop');
    const ended = await imported(
      'shift-users.csv',
      'replace-2-one-refused.csv',
      ...['--source', 'shop', '--replace'],
    );
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('replace-2-one-refused.csv:2: amount is not an amount');
    expect(ended.err).toContain('Nothing was imported and nothing replaced: 1 lines are refused');
    expect(await amounts()).toEqual([1000, 2000]);
  });

  it('adds nothing when its lines have moved, and says what to do', async () => {
    await imported('shift-users.csv', 'shift-purchases-1.csv', '--source', 'shop');
    const ended = await imported(
      'shift-users.csv',
      'shift-purchases-2.csv',
      ...['--source', 'shop'],
    );
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/Nothing was imported: .* --source <another name>.* --replace/);
    expect(await amounts()).toEqual([1000, 2000]);
    const replaced = await imported(
      'shift-users.csv',
      'shift-purchases-2.csv',
      ...['--source', 'shop', '--replace'],
    );
    expect(replaced).toMatchObject({ code: 0 });
    expect(await amounts()).toEqual([1000, 2000, 3000]);
  });
});

describe('what is no file to import', () => {
  it.each(['users', 'purchases'])('is a pipe: not read as empty for %s', async (which) => {
    const good = await fileOf(which === 'users' ? NO_PURCHASES : 'shift-users.csv');
    const paths = which === 'users' ? ['/dev/stdin', good] : [good, '/dev/stdin'];
    const ended = await command('import', ['files', ...paths], {
      settings: { MONGODB_URI: uri },
      input: await readFile(join(CASES, 'shift-users.csv'), 'utf8'),
    });
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/^\/dev\/stdin is (a pipe|no file).*\n$/m);
    expect(await externalIds()).toEqual([]);
  });

  it('is not destroyed by a report that names it through a link', async () => {
    const usersPath = join(folder, 'users.csv');
    const text = await readFile(join(CASES, 'shift-users.csv'), 'utf8');
    await writeFile(usersPath, text);
    await symlink(usersPath, join(folder, 'soft'));
    const paths = [usersPath, await fileOf(NO_PURCHASES), '--report', join(folder, 'soft')];
    const ended = await command('import', ['files', ...paths], { settings: { MONGODB_URI: uri } });
    expect(ended.code).toBe(1);
    expect(ended.err).toContain(`is the file ${usersPath} that is to be imported`);
    expect(await readFile(usersPath, 'utf8')).toBe(text);
  });

  it('does not keep a report from standard output', async () => {
    const paths = [await fileOf(`${NO_USERS}a,nonsense,UTC,true\n`), await fileOf(NO_PURCHASES)];
    const piped = await command('import', ['files', ...paths, '--report', '/dev/stdout'], {
      settings: { MONGODB_URI: uri },
    });
    expect(piped.out).toMatch(/^file,line,field,reason\n".*","2","email","is not an e-mail/);
    expect(piped.out).toContain('Refused lines: 1.');
    // Led into a file, by a shell: neither writes over the other.
    const script = join(import.meta.dirname, '../../../dist/server/cli/import.js');
    const shell = `"$0" "$1" files "$2" "$3" --report /dev/stdout >"$4" 2>"$5"`;
    const [out, err] = [join(folder, 'out'), join(folder, 'err')];
    const args = ['-c', shell, process.execPath, script, ...paths, out, err];
    const env = { PATH: process.env.PATH, ENV_FILE: '/dev/null', MONGODB_URI: uri };
    await promisify(execFile)('sh', args, { env }).catch(() => undefined);
    expect(await readFile(out, 'utf8')).toBe(piped.out);
  });
});

describe('what others wrote', () => {
  const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\u202egpj\u009b31m\r';

  it('commands no terminal by an import', async () => {
    const text = `${NO_USERS}${HOSTILE}x,${HOSTILE}@example.com,${HOSTILE},${HOSTILE}\n`;
    const path = join(folder, `${HOSTILE}.csv`);
    await writeFile(path, text);
    const ended = await imported(text, NO_PURCHASES, '--source', HOSTILE);
    const named = await command('import', ['files', path, path, `--${HOSTILE}`]);
    const missing = await command('import', ['files', path, path], {
      settings: { MONGODB_URI: uri },
    });
    for (const { text: told } of [ended, named, missing]) {
      expect(told).not.toBe('');
      expect(told).not.toMatch(COMMANDS);
    }
    expect(missing.err).toContain('\\u001b]0;owned\\u0007');
  });

  it('commands no terminal by a user or a job', async () => {
    const { insertedId: userId } = await users().insertOne({
      externalId: `x${HOSTILE}`,
      email: `${HOSTILE}@example.com`,
      timezone: HOSTILE,
      active: true,
    });
    const now = new Date();
    const jobs = mongoose.connection.collection<{ _id: string }>('jobstatuses');
    await jobs.insertOne({
      _id: 'user-data-m-hostile-one',
      ...{ error: { code: 'JOB_FAILED', message: `It says ${HOSTILE}` } },
      ...{ runId: 'm-hostile', runSeq: 1, queue: 'user-data', userId, status: 'failed' },
      ...{ generation: 1, attempts: 4, starts: 4, payload: {}, history: [HOSTILE] },
      ...{ queuedAt: now, finishedAt: now, durationMs: 5, worker: HOSTILE, updatedAt: now },
    });
    const settings = { MONGODB_URI: uri };
    const shown = await command('user', ['show', userId.toHexString()], { settings });
    expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('\\u202egpj') });
    const why = await command('why', ['user-data-m-hostile-one'], { settings });
    expect(why).toMatchObject({ code: 0, out: expect.stringContaining('It says \\u001b]0;owned') });
    const nobody = await command('why', [HOSTILE], { settings });
    for (const { text } of [shown, why, nobody]) expect(text).not.toMatch(COMMANDS);
  });
});
