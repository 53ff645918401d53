import { Option } from 'commander';
import { AccountModel } from '../models/AccountModel.ts';
import { TOKEN_SCOPES, type TokenScope } from '../models/ApiTokenModel.ts';
import {
  type ApiTokenView,
  listApiTokens,
  makeApiToken,
  revokeApiToken,
} from '../Services/ApiTokens/apiTokens.ts';
import { wholeNumberTo } from './options.ts';
import { commandNamed, say } from './output.ts';
import { withMongo } from './withMongo.ts';

const MAX_DAYS = 366;
const program = commandNamed('token').description('Tokens by which programs use the API.');

program
  .command('create')
  .description('makes a token and prints it: it is kept nowhere')
  .argument('<email>', 'the account that it acts for')
  .requiredOption('--name <name>', 'what it is for')
  .addOption(
    new Option('--scope <scope...>', 'read, jobs, cron or admin')
      .choices([...TOKEN_SCOPES])
      .makeOptionMandatory(),
  )
  .option(
    '--days <number>',
    `for how long it is good, at most ${MAX_DAYS} days`,
    wholeNumberTo(MAX_DAYS),
    90,
  )
  .action((email: string, flags: { name: string; scope: TokenScope[]; days: number }) =>
    withMongo(async () => {
      const account = await AccountModel.findOne({ email: email.toLowerCase() }, { _id: 1 }).lean();
      if (account === null)
        throw new Error(`There is no account ${email}: npm run account -- list`);
      const { token, expiresAt, tokenId } = await makeApiToken({
        accountId: account._id.toHexString(),
        name: flags.name,
        scopes: flags.scope,
        expiresInDays: flags.days,
      });
      say(
        token,
        `Good until ${expiresAt.toISOString()}. To end it: npm run token -- revoke ${tokenId}`,
      );
    }),
  );

program
  .command('list')
  .description('shows the tokens, and which are still good')
  .action(() =>
    withMongo(async () => {
      const tokens = await listApiTokens();
      if (tokens.length === 0) {
        say(
          'There is no API token yet: npm run token -- create ann@example.com --name nightly --scope jobs',
        );
      }
      say(...tokens.map(lineOf));
    }),
  );

program
  .command('revoke')
  .description('lets a token be good for nothing from now on')
  .argument('<tokenId>')
  .action((tokenId: string) =>
    withMongo(async () => {
      const { name } = await revokeApiToken(tokenId);
      say(`The token ${name} is revoked.`);
    }),
  );

await program.parseAsync();

function lineOf({ tokenId, name, hint, scopes, expiresAt, revokedAt }: ApiTokenView): string {
  const ended = expiresAt <= new Date() ? 'expired' : 'good until';
  const state = revokedAt === null ? `${ended} ${expiresAt.toISOString()}` : 'revoked';
  return `${tokenId}  ${name}  …${hint}  ${scopes.join(',')}  ${state}`;
}
