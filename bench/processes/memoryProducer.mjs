// The product enqueues one run of all users, and lives on, so that its memory can be looked at.
import { load, producing, SILENT } from './parts.mjs';

const { outbox, source, openRun } = await producing();
const { enumerateRun } = await load('Services/BackgroundJobs/runs/enumerate.js');
await enumerateRun((await openRun())._id, {
  ...{ source, outbox, leaseMs: 600_000, log: SILENT },
  signal: new AbortController().signal,
});
setInterval(() => undefined, 60_000);
