export const audit = {
  about: 'Who changed what. It is kept for 400 days.',
  actions: 'Actions',
  none: 'Nobody has changed anything yet.',
  refused: (code: string) => `Refused: ${code}`,
  columns: {
    at: 'When',
    who: 'Who',
    what: 'What',
    on: 'About',
    counts: 'Counts',
    from: 'From',
  },
};
