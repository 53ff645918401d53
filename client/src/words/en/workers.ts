import { many } from '../numbers.ts';

export const workers = {
  none: 'No worker is alive. Start one: npx pm2 start ecosystem.config.js --only worker',
  worker: 'Worker',
  version: 'Version',
  seen: 'Seen',
  memory: 'Memory',
  running: 'At work',
  queues: 'Queues',
  mixed: (versions: string) =>
    `Two versions at once (${versions}): a deploy is under way, or some workers were not reloaded.`,
  older: (version: string) => `${version}, older`,
  states: {
    working: 'Takes jobs',
    quiet: (by: string) => `Quiet, asked by ${by}`,
    stopping: (by: string) => `Stopping, asked by ${by}`,
  },
  quiet: 'Quiet',
  quietText: (name: string, running: number) =>
    `${name} takes no more jobs until it is told to work or its process ends. ${running === 0 ? 'It has none at work.' : `${many(running, 'job')} at work, as counted last, end as they will.`}`,
  work: 'Work',
  workText: (name: string) => `${name} takes jobs again.`,
  stop: 'Stop',
  stopText: (name: string, running: number) =>
    `${name} ends in order: ${running === 0 ? 'it has no job at work, as counted last' : `${many(running, 'job')} at work, as counted last, may end within the grace, and are handed back otherwise`}. PM2 starts another process in its place; npx pm2 scale worker makes them fewer.`,
  activeJobs: 'Jobs at work',
  activeNone: 'No job that takes long enough to be recorded is at work.',
  since: 'Since',
};
