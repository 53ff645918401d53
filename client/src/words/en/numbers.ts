export const numbers = {
  title: 'Jobs that ended',
  span: 'Span',
  spans: { minute: 'Last hour', hour: 'Last day', day: 'Last 30 days' },
  completed: 'Completed',
  failed: 'Failed',
  from: 'From',
  table: 'As a table',
};
