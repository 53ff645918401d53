export const incidents = {
  keep: 'Link to this moment',
  keepText:
    'Keeps what this page shows now, for whoever looks into it next: what is the matter, the run, queues, workers, schedules and causes of failures. It is kept for 90 days, and whoever has the link and logs in can read it, viewers too. Nothing else is changed.',
  kept: 'This is the page whose link to send.',
  title: (at: string) => `As it stood at ${at}`,
  frozen: 'Frozen: nothing here changes or can be clicked to act. What you see was so',
  toNow: 'See how it is now',
  by: 'Kept by',
  note: 'Note',
  until: 'Kept until',
  link: 'Link',
  failures: 'Causes of failures',
  noFailures: 'No job stood failed.',
  columns: { code: 'Cause', jobs: 'Jobs', users: 'Users', first: 'First', last: 'Last' },
};
