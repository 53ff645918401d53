import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { given } from '../processes/parts.mjs';

const NAME = 'user-data';
const ADD_JOBS = `
  select graphile_worker.add_jobs(array(
    select json_populate_record(null::graphile_worker.job_spec, job) from json_array_elements($1::json) job
  ))`;

/** Graphile Worker on PostgreSQL; jobs are added in bulk, and workers hear of them by LISTEN/NOTIFY. */
export async function open() {
  const logger = new Logger(() => () => undefined);
  const common = { connectionString: given.postgresUrl, logger };
  const utils = await makeWorkerUtils(common);
  await utils.migrate();
  return {
    add: (jobs) =>
      utils.withPgClient((client) =>
        client.query(ADD_JOBS, [
          JSON.stringify(jobs.map((payload) => ({ identifier: NAME, payload, max_attempts: 4 }))),
        ]),
      ),
    work: (work) =>
      run({
        ...common,
        ...{ concurrency: given.concurrency, noHandleSignals: true },
        taskList: { [NAME]: work },
      }),
  };
}
