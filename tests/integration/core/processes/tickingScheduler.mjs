// A process that runs a schedule of one second, and notes each time that it begins a slot.
import { given, load, SILENT } from './installation.mjs';

const { connectMongo, disconnectMongo } = await load('config/mongoConn.js');
const { default: mongoose } = await import('mongoose');
const { defineSchedule } = await load('Services/BackgroundJobs/scheduling/defineSchedule.js');
const { startScheduler } = await load('Services/BackgroundJobs/scheduling/scheduler.js');
const { createStoreClock } = await load('Services/BackgroundJobs/scheduling/storeClock.js');

const by = given('TEST_PROCESS');
await connectMongo({ uri: given('TEST_MONGODB_URI') });
const schedule = defineSchedule({
  name: 'each-second',
  expression: '* * * * * *',
  timezone: 'UTC',
  overlap: 'allow',
  catchUp: 'skip',
  begins: {
    /** @param {{schedule: string, slot: Date}} slot */
    async begin({ schedule, slot }) {
      await mongoose.connection.collection('begincalls').insertOne({ slot, by });
      return { jobId: `${schedule}-${slot.getTime()}` };
    },
    isOpen: async () => false,
  },
});
const running = startScheduler({
  schedules: [schedule],
  clock: createStoreClock({ log: SILENT }),
  by,
  retentionDays: 7,
  log: SILENT,
});
process.once('SIGTERM', async () => {
  await running.stop();
  await disconnectMongo();
});
