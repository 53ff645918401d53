// Asked by `npm start` before anything is begun: whether the settings can be used, and which names
// look like a setting and are none.
import { misspeltLine, misspeltSettings, readEnv } from '../config/env.ts';
import { say } from './output.ts';
import { tellErrors } from './tellErrors.ts';

await tellErrors(async () => {
  readEnv();
  say(...misspeltSettings().map(misspeltLine));
});
