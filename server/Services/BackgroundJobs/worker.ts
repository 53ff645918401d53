import { runProcess } from '../../composition/runProcess.ts';
import { startWorker } from '../../composition/worker.ts';
import { catalogue } from './queues/catalogue.ts';

await runProcess((env) => startWorker({ env, catalogue }));
