export const pages = {
  now: 'Now',
  schedules: 'Schedules',
  runs: 'Runs',
  jobs: 'Jobs',
  failures: 'Failures',
  queues: 'Queues',
  workers: 'Workers',
  destinations: 'Destinations',
  services: 'Services',
  commerce: 'Commerce',
  audit: 'Audit',
};

export const nav = {
  label: 'Pages',
  open: 'Open the menu',
  skip: 'Skip to the content',
  api: 'API docs',
  more: 'Account and settings',
};

export const login = {
  email: 'E-mail',
  password: 'Password',
  submit: 'Log in',
  hint: 'The first account was made by npm start; npm run account makes others.',
};

export const account = {
  out: 'Log out',
  everywhere: 'Log out everywhere',
  everywhereText:
    'Ends every session and every token of this account, programs that use one included.',
  roles: { admin: 'Administrator', viewer: 'Viewer', user: 'User' },
  theme: { auto: 'As the system', light: 'Light', dark: 'Dark', label: 'Colours' },
  times: { local: 'My time zone', utc: 'UTC', label: 'Times' },
};

export const live = {
  live: 'Live',
  paused: 'Paused',
  away: 'Not live',
  pause: 'Hold the page still',
  resume: 'Go on live',
  asOf: (time: string) => `shown as of ${time}`,
  noAnswer: 'The API gives no answer. What you see is older; it is asked again by itself.',
  mongo:
    'MongoDB gives no answer, so nothing can be looked up or changed. Jobs at work end, and what they answered is kept in Redis until it is back.',
  pausedText: 'The page is held still. Nothing here changes until it goes on.',
};

export const keys = {
  title: 'Keys',
  list: [
    ['?', 'This list'],
    ['/', 'Search jobs'],
    ['g n', 'Go to Now'],
    ['g s', 'Go to Schedules'],
    ['g r', 'Go to Runs'],
    ['g j', 'Go to Jobs'],
    ['g f', 'Go to Failures'],
    ['g q', 'Go to Queues'],
    ['g w', 'Go to Workers'],
    ['g d', 'Go to Destinations'],
    ['g v', 'Go to Services'],
    ['g c', 'Go to Commerce'],
    ['g a', 'Go to Audit'],
    ['p', 'Hold the page still, and go on'],
    ['Esc', 'Close what is open'],
  ],
  show: 'Keyboard keys',
};
