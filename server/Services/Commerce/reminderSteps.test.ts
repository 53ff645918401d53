import { expect, it } from 'vitest';
import { addDays } from './days.ts';
import { dueDaysRemindedOn, reminderStepOn } from './reminderSteps.ts';

const open = { invoicedOn: '2013-01-01', dueOn: '2013-01-31', settledOn: null };

it('comes three days before, on the day, and 7, 14 and 30 days after it is due', () => {
  const days = Array.from({ length: 60 }, (_, position) => addDays('2013-01-20', position));
  const steps = days.flatMap((day) => reminderStepOn(open, day) ?? []);
  expect(steps).toEqual([-3, 0, 7, 14, 30]);
});

it('does not come for an invoice that is settled up to the day, or not yet made', () => {
  expect(reminderStepOn({ ...open, settledOn: '2013-01-31' }, '2013-01-31')).toBeNull();
  expect(reminderStepOn({ ...open, settledOn: '2013-02-01' }, '2013-01-31')).toBe(0);
  expect(reminderStepOn({ ...open, invoicedOn: '2013-01-30' }, '2013-01-28')).toBeNull();
});

it('looks for the invoices by the days on which they are due', () => {
  for (const dueOn of dueDaysRemindedOn('2013-01-31')) {
    expect(reminderStepOn({ ...open, dueOn }, '2013-01-31')).not.toBeNull();
  }
});
