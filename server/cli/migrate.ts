import { setTimeout as delay } from 'node:timers/promises';
import { readEnv } from '../config/env.ts';
import { requireNoRestore } from '../Services/Backup/restoreMark.ts';
import { migrate } from '../Services/Migrating/migrate.ts';
import { OWN_SHAPES } from '../Services/Migrating/ownShapes.ts';
import { STEPS } from '../Services/Migrating/steps.ts';
import { requireAllStopped, SETTLED_MS } from './allStopped.ts';
import { inMongo } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { tellErrors } from './tellErrors.ts';

/** Processes stop by themselves when a migration begins, but let their jobs end first. */
const STOPPING_MS = 300_000;

const program = commandNamed('migrate').description(
  'Brings the database forward to this version, in pages; an interrupted migration goes on where it was. Make a backup first.',
);

program.action(() =>
  tellErrors(() =>
    inMongo(readEnv(), async () => {
      await requireNoRestore();
      const done = await migrate({
        steps: STEPS,
        whenUnused,
        onProgress: ({ what }, documents) => say(`${what}: ${documents} documents`),
      });
      const { version, release } = OWN_SHAPES;
      say(
        done.length === 0
          ? `There is nothing to migrate: the database has the shapes of Hourwork ${release} (${version}).`
          : `The database has the shapes of Hourwork ${release} (${version}) now. Next: npm run indexes`,
      );
    }),
  ),
);

await program.parseAsync();

async function whenUnused(): Promise<void> {
  await delay(SETTLED_MS);
  const until = Date.now() + STOPPING_MS;
  for (let looks = 0; ; looks += 1) {
    try {
      return await requireAllStopped();
    } catch (error) {
      if (Date.now() > until) throw error;
      if (looks === 0) say('Waiting for running processes to stop, which they do by themselves');
      await delay(1_000);
    }
  }
}
