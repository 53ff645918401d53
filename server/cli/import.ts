import type { Env } from '../config/env.ts';
import { UserModel } from '../models/UserModel.ts';
import { parametersWarning } from '../Services/CustomerScoring/parametersWarning.ts';
import { importFiles } from '../Services/Importing/importFiles.ts';
import { importSample, isSampleUnfinished } from '../Services/Importing/importSample.ts';
import { acceptedLines, describeTotals } from '../Services/Importing/importTotals.ts';
import { showProgressOn } from '../Services/Importing/progress.ts';
import { createRefusalLog } from '../Services/Importing/refusals.ts';
import { openReport } from '../Services/Importing/reportFile.ts';
import { commerce } from './commerce.ts';
import { commandNamed, complain, say } from './output.ts';
import { withMongo } from './withMongo.ts';

const NOTHING_IMPORTED = 1;
const SOME_REFUSED = 2;

interface SampleFlags {
  keepDates: boolean;
  ifNeeded: boolean;
}

interface FileFlags {
  source?: string;
  replace: boolean;
  report?: string;
}

const startProgress = showProgressOn(process.stderr);

const program = commandNamed('import').description('Brings users and their purchases in.');

program
  .command('sample')
  .description("CDNOW's 23,570 customers and 69,659 purchases, shifted so that they end yesterday")
  .option('--keep-dates', 'leave the dates in 1997 and 1998', false)
  .option('--if-needed', 'only if there are no users yet, or to complete an earlier import', false)
  .action((flags: SampleFlags) => withMongo(() => sample(flags)));

program
  .command('files')
  .description(
    'your own, as CSV with the columns externalId,timezone,active (and email) and ' +
      'externalId,purchasedAt,amount,items (and purchaseId); docs/importing.md says more',
  )
  .argument('<users.csv>')
  .argument('<purchases.csv>')
  .option(
    '--source <name>',
    'what these purchases are known by (default: the name of their file, or "purchases" if they have ids)',
  )
  .option(
    '--replace',
    'put them in place of what was imported before by that name; every line must be good',
    false,
  )
  .option(
    '--report <file>',
    'write all refused lines there, as CSV; only an earlier report is overwritten',
  )
  .action((users: string, purchases: string, flags: FileFlags) =>
    withMongo((env) => files(users, purchases, flags, env)),
  );

program
  .command('commerce')
  .description('the wholesale business: products, suppliers, customers and 2,466 invoices')
  .option('--replay', 'hand its 830 orders of 1996 to 1998 in as well, to be processed anew', false)
  .action((flags: { replay: boolean }) => withMongo((env) => commerce(flags, env)));

program
  .command('count')
  .description('prints the number of users')
  .action(() => withMongo(async () => say(String(await UserModel.countDocuments()))));

program
  .command('example')
  .description('prints an id of some user to try things with; nothing if there is none')
  .action(() => withMongo(async () => say(await exampleUser())));

/** An id that a shell takes as it stands. */
async function exampleUser(): Promise<string> {
  const user = await UserModel.findOne({}, { externalId: 1 }).sort({ externalId: 1 }).lean();
  if (user === null) return '';
  return /^\w[\w.-]*$/.test(user.externalId) ? user.externalId : user._id.toString();
}

async function sample({ keepDates, ifNeeded }: SampleFlags): Promise<void> {
  if (ifNeeded && (await UserModel.exists({})) !== null && !(await isSampleUnfinished())) {
    say('There are users already; the sample is left out.');
    return;
  }
  const { totals, lastDay } = await importSample({ keepDates, startProgress });
  say(...describeTotals(totals));
  if (totals.purchases.replaced > 0) {
    say('The sample was there with other dates: its own purchases, no others, were replaced.');
  }
  say(`The sample's last purchase is of ${lastDay}.`);
}

async function files(
  usersPath: string,
  purchasesPath: string,
  { source, replace, report }: FileFlags,
  env: Env,
): Promise<void> {
  const inputs = [usersPath, purchasesPath];
  const refusals = createRefusalLog(report === undefined ? null : openReport(report, inputs));
  try {
    const totals = await importFiles({
      usersPath,
      purchasesPath,
      source,
      replace,
      refusals,
      startProgress,
    });
    say(...describeTotals(totals), `Refused lines: ${refusals.count()}.`);
    if (acceptedLines(totals) === 0) process.exitCode = NOTHING_IMPORTED;
    else if (refusals.count() > 0) process.exitCode = SOME_REFUSED;
  } finally {
    complain(...refusals.close());
  }
  const warning = await parametersWarning(env.SCORING_PARAMS);
  if (warning !== null) complain(`Note: ${warning}`);
}

await program.parseAsync();
