import { runProcess } from '../../composition/runProcess.ts';
import { startSchedulerProcess } from '../../composition/scheduler.ts';

await runProcess(startSchedulerProcess);
