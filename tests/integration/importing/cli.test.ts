import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportModel } from '../../../server/models/ImportModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { command as runCommand } from '../command.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';

const uri = useOwnDatabase();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const command = (which: 'import' | 'user', args: string[], env: Record<string, string> = {}) =>
  runCommand(which, args, { settings: { MONGODB_URI: uri, ...env } });

async function file(name: string, lines: string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

const usersFile = () =>
  file('users.csv', ['externalId,email,timezone,active', 'a,a@example.com,UTC,true']);

describe('the import command', () => {
  it('ends with 0 when all lines are good, also the second time', async () => {
    const users = await usersFile();
    const purchases = await file('good.csv', [
      'externalId,purchasedAt,amount,items',
      'a,2026-01-01,1.50,1',
    ]);
    const first = await command('import', ['files', users, purchases]);
    expect(first).toMatchObject({
      code: 0,
      out: 'Users: 1 added.\nPurchases: 1 added.\nRefused lines: 0.\n',
    });
    expect(first.err).toContain('SCORING_PARAMS');
    expect(await command('import', ['files', users, purchases])).toMatchObject({
      code: 0,
      out: 'Users: 1 unchanged.\nPurchases: 1 unchanged.\nRefused lines: 0.\n',
    });
    expect(await command('import', ['count'])).toMatchObject({ code: 0, out: '1\n' });
  });

  it('ends with 2 when some lines are refused, and reports them', async () => {
    const users = await usersFile();
    const purchases = await file('some.csv', [
      'externalId,purchasedAt,amount,items',
      'a,2026-01-01,1.50,1',
      'a,2026-01-01,much,1',
    ]);
    const report = join(folder, 'report.csv');
    const { code, err } = await command('import', ['files', users, purchases, '--report', report]);
    expect(code).toBe(2);
    expect(err).toContain('some.csv:3: amount is not an amount');
    expect(await readFile(report, 'utf8')).toMatch(/"3","amount","is not an amount/);
  });

  it('ends with 1 when nothing is imported', async () => {
    const users = await file('none.csv', ['externalId,email,timezone,active', 'a,b,c,d']);
    const purchases = await file('no.csv', ['externalId,purchasedAt,amount,items']);
    expect((await command('import', ['files', users, purchases])).code).toBe(1);
  });

  it('ends with 1 and one line that says what to do when it cannot begin', async () => {
    const users = await usersFile();
    const missing = await command('import', ['files', users, join(folder, 'missing.csv')]);
    expect(missing.code).toBe(1);
    expect(missing.err).toContain('missing.csv');
    expect(missing.err).not.toContain('    at ');
    const away = await command('import', ['count'], { MONGODB_URI: 'mongodb://127.0.0.1:1/none' });
    expect(away.code).toBe(1);
    expect(away.err).toContain('127.0.0.1:1');
    const unset = await command('import', ['count'], { MONGODB_URI: '' });
    expect(unset.code).toBe(1);
    expect(unset.err).toContain('MONGODB_URI');
  });

  it('imports the sample only if needed when told so', async () => {
    expect(await command('import', ['sample', '--if-needed'])).toMatchObject({
      code: 0,
      out: 'There are users already; the sample is left out.\n',
    });
    await UserModel.deleteMany();
    const whole = await command('import', ['sample', '--if-needed', '--keep-dates']);
    expect(whole).toMatchObject({ code: 0 });
    expect(whole.out).toBe(
      'Users: 23,570 added.\nPurchases: 69,659 added.\n' +
        "The sample's last purchase is of 1998-06-30.\n",
    );
    expect(whole.err).toMatch(/Sample \d+% \| [\d,]+ lines \| .+ left/);
    await ImportModel.updateOne({ _id: 'cdnow' }, { $set: { finishedAt: null } });
    expect((await command('import', ['sample', '--if-needed', '--keep-dates'])).out).toContain(
      'Purchases: 69,659 unchanged.',
    );
  }, 180_000);
});

describe('the user command', () => {
  it('shows a user, and deletes one with all that is known', async () => {
    await UserModel.create({
      externalId: 'leaver',
      email: 'leaver@example.com',
      timezone: 'UTC',
      active: true,
    });
    expect((await command('user', ['show', 'leaver'])).out).toMatch(
      /^User leaver .*, leaver@example\.com, UTC, active\nNot scored yet\.\n$/,
    );
    const { code, out } = await command('user', ['delete', 'leaver']);
    expect(code).toBe(0);
    expect(out).toMatch(/^User leaver \([0-9a-f]{24}\) is deleted/);
    expect(await UserModel.countDocuments({ externalId: 'leaver' })).toBe(0);
    const again = await command('user', ['delete', 'leaver']);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toBe('There is no user leaver.\n');
  });
});
