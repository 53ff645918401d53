import { startApi } from '../composition/api.ts';
import { runProcess } from '../composition/runProcess.ts';

await runProcess(startApi, { boundsServices: true });
