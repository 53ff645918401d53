// Makes users; with `enqueued`, a run of them too, by the product.
import { answer, given, load, producing, SILENT, seed } from './parts.mjs';

await seed();
if (process.argv.includes('enqueued')) {
  const { outbox, source, openRun } = await producing();
  const { enumerateRun } = await load('Services/BackgroundJobs/runs/enumerate.js');
  const { enqueued } = await enumerateRun((await openRun())._id, {
    ...{ source, outbox, leaseMs: 600_000, log: SILENT },
    signal: new AbortController().signal,
  });
  if (enqueued !== given.jobs) throw new Error(`${enqueued} of ${given.jobs} jobs were enqueued`);
}
answer({ seeded: given.jobs });
process.exit(0);
