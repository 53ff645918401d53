import { createSecretBox, keyIdsOf } from '../Services/Secrets/secretBox.ts';
import { keyIdsInUse, resealAll } from '../Services/Secrets/storedSecrets.ts';
import { commandNamed, say } from './output.ts';
import { withMongo } from './withMongo.ts';

const TRIES = 5;

const program = commandNamed('reseal')
  .description('Seals the database’s secrets under DATA_KEY. npm run rotate-keys calls it.')
  .action(() =>
    withMongo(async (env) => {
      const box = createSecretBox(env);
      const [current] = keyIdsOf(env);
      let documents = 0;
      for (let tries = 0; tries < TRIES; tries += 1) {
        documents += await resealAll(box);
        if ((await keyIdsInUse()).every((keyId) => keyId === current)) {
          return say(
            `${documents} documents were sealed anew; all secrets are under DATA_KEY now.`,
          );
        }
      }
      throw new Error(
        'Secrets are still being sealed under the key before: restart API and workers, then try again.',
      );
    }),
  );

await program.parseAsync();
