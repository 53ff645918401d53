import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImportModel } from '../../../server/models/ImportModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';

const uri = useOwnDatabase();

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a command as it is installed: compiled, in a process of its own. */
function command(name: 'import' | 'user', args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`dist/server/cli/${name}.js`, ...args],
    {
      encoding: 'utf8',
      env: { ...process.env, MONGODB_URI: uri, ENV_FILE: join(folder, 'no.env'), ...env },
    },
  );
  return { status, stdout, stderr };
}

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
    const first = command('import', ['files', users, purchases]);
    expect(first).toMatchObject({
      status: 0,
      stdout: 'Users: 1 added.\nPurchases: 1 added.\nRefused lines: 0.\n',
    });
    expect(first.stderr).toContain('SCORING_PARAMS');
    expect(command('import', ['files', users, purchases])).toMatchObject({
      status: 0,
      stdout: 'Users: 1 unchanged.\nPurchases: 1 unchanged.\nRefused lines: 0.\n',
    });
    expect(command('import', ['count'])).toMatchObject({ status: 0, stdout: '1\n' });
  });

  it('ends with 2 when some lines are refused, and reports them', async () => {
    const users = await usersFile();
    const purchases = await file('some.csv', [
      'externalId,purchasedAt,amount,items',
      'a,2026-01-01,1.50,1',
      'a,2026-01-01,much,1',
    ]);
    const report = join(folder, 'report.csv');
    const { status, stderr } = command('import', ['files', users, purchases, '--report', report]);
    expect(status).toBe(2);
    expect(stderr).toContain('some.csv:3: amount is not an amount');
    expect(await readFile(report, 'utf8')).toMatch(/"3","amount","is not an amount/);
  });

  it('ends with 1 when nothing is imported', async () => {
    const users = await file('none.csv', ['externalId,email,timezone,active', 'a,b,c,d']);
    const purchases = await file('no.csv', ['externalId,purchasedAt,amount,items']);
    expect(command('import', ['files', users, purchases]).status).toBe(1);
  });

  it('ends with 1 and one line that says what to do when it cannot begin', async () => {
    const users = await usersFile();
    const missing = command('import', ['files', users, join(folder, 'missing.csv')]);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toContain('missing.csv');
    expect(missing.stderr).not.toContain('    at ');
    const away = command('import', ['count'], { MONGODB_URI: 'mongodb://127.0.0.1:1/none' });
    expect(away.status).toBe(1);
    expect(away.stderr).toContain('127.0.0.1:1');
    const unset = command('import', ['count'], { MONGODB_URI: '' });
    expect(unset.status).toBe(1);
    expect(unset.stderr).toContain('MONGODB_URI');
  });

  it('imports the sample only if needed when told so', async () => {
    expect(command('import', ['sample', '--if-needed'])).toMatchObject({
      status: 0,
      stdout: 'There are users already; the sample is left out.\n',
    });
    await UserModel.deleteMany();
    const whole = command('import', ['sample', '--if-needed', '--keep-dates']);
    expect(whole).toMatchObject({ status: 0 });
    expect(whole.stdout).toBe(
      'Users: 23,570 added.\nPurchases: 69,659 added.\n' +
        "The sample's last purchase is of 1998-06-30.\n",
    );
    expect(whole.stderr).toMatch(/Sample \d+% \| [\d,]+ lines \| .+ left/);
    await ImportModel.updateOne({ _id: 'cdnow' }, { $set: { finishedAt: null } });
    expect(command('import', ['sample', '--if-needed', '--keep-dates']).stdout).toContain(
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
    expect(command('user', ['show', 'leaver']).stdout).toMatch(
      /^User leaver .*, leaver@example\.com, UTC, active\nNot scored yet\.\n$/,
    );
    const { status, stdout } = command('user', ['delete', 'leaver']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^User leaver \([0-9a-f]{24}\) is deleted/);
    expect(await UserModel.countDocuments({ externalId: 'leaver' })).toBe(0);
    const again = command('user', ['delete', 'leaver']);
    expect(again).toMatchObject({ status: 1, stdout: '' });
    expect(again.stderr).toBe('There is no user leaver.\n');
  });
});
