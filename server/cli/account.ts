import { randomBytes } from 'node:crypto';
import { Option } from 'commander';
import { ROLES, type Role } from '../models/AccountModel.ts';
import {
  type AccountView,
  changePassword,
  createAccount,
  disableAccount,
  enableAccount,
  listAccounts,
} from '../Services/Auth/accounts.ts';
import { commandNamed, say } from './output.ts';
import { readPassword } from './readPassword.ts';
import { withMongo } from './withMongo.ts';

const GENERATED_BYTES = 18;

const generate = () =>
  new Option('--generate', 'makes a password and prints it, instead of asking for one');

interface PasswordOptions {
  generate?: boolean;
}

/** Passes the new password on, and prints it if it was generated: nobody else knows it. */
async function withPassword(
  { generate: generated = false }: PasswordOptions,
  use: (password: string) => Promise<void>,
): Promise<void> {
  const password = generated
    ? randomBytes(GENERATED_BYTES).toString('base64url')
    : await readPassword();
  await use(password);
  if (generated) say(`Password: ${password}`);
}

const program = commandNamed('account').description(
  'Who may log in. A password is read from standard input, or asked for without echo.',
);

program
  .command('create')
  .description('makes an account')
  .argument('<email>')
  .addOption(
    new Option('--role <role>', 'admin: all; viewer: sees all; user: sees one user')
      .choices(ROLES)
      .makeOptionMandatory(),
  )
  .option('--user <externalId>', 'the user that an account of the role user sees')
  .addOption(generate())
  .action((email: string, options: PasswordOptions & { role: Role; user?: string }) =>
    withMongo(async () => {
      const { role, user } = options;
      await withPassword(options, (password) => createAccount({ email, password, role, user }));
      say(`${email} may log in as ${role}.`);
    }),
  );

program
  .command('password')
  .description('sets a new password; all tokens of the account end')
  .argument('<email>')
  .addOption(generate())
  .action((email: string, options: PasswordOptions) =>
    withMongo(async () => {
      await withPassword(options, (password) => changePassword(email, password));
      say(`${email} has a new password. Its tokens have ended.`);
    }),
  );

program
  .command('disable')
  .description('allows no login from now on; all tokens of the account end')
  .argument('<email>')
  .action((email: string) =>
    withMongo(async () => {
      await disableAccount(email);
      say(`${email} can no longer log in. Its tokens have ended.`);
    }),
  );

program
  .command('enable')
  .description('allows logins again, with the password of before')
  .argument('<email>')
  .action((email: string) =>
    withMongo(async () => {
      await enableAccount(email);
      say(`${email} may log in again.`);
    }),
  );

program
  .command('list')
  .description('shows who may log in, and as what')
  .action(() =>
    withMongo(async () => {
      let accounts = 0;
      for await (const account of listAccounts()) {
        say(lineOf(account));
        accounts += 1;
      }
      if (accounts === 0) {
        say('There is no account yet: npm run account -- create eve@example.com --role admin');
      }
    }),
  );

/** One account on one line: e-mail, role, the user it stands for, and whether it may log in. */
function lineOf({ email, role, user, disabledAt, createdAt }: AccountView): string {
  const standsFor = role === 'user' ? ` of ${user ?? 'a user who is gone'}` : '';
  const since = `since ${createdAt.toISOString().slice(0, 10)}`;
  const state =
    disabledAt === null ? since : `disabled on ${disabledAt.toISOString().slice(0, 10)}`;
  return `${email}  ${role}${standsFor}  ${state}`;
}

await program.parseAsync();
