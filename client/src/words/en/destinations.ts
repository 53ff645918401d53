export const destinations = {
  hosts: 'Hosts that are called',
  none: 'No host has been called.',
  states: { well: 'Well', 'asked us to wait': 'Asked us to wait', down: 'Down' },
  jobs: 'Jobs that call addresses',
  noJobs: 'There is no job that calls an address.',
  enabled: 'Enabled',
  disabled: 'Paused',
  columns: {
    host: 'Host',
    state: 'State',
    summary: 'How it is',
    inFlight: 'Under way',
    held: 'Held',
    waitUntil: 'Waits until',
    job: 'Job',
    calls: 'Calls',
    schedule: 'Schedule',
    actions: 'Actions',
  },
  run: 'Call now',
  runText: (name: string) => `Calls the address of ${name} once, now, beside its schedule.`,
  pause: 'Pause',
  pauseText: (name: string) =>
    `The schedule of ${name} begins nothing until it is resumed. Calls under way go on.`,
  resume: 'Resume',
  resumeText: (name: string) =>
    `The schedule of ${name} goes on with its next time. What passed meanwhile is not caught up.`,
};
