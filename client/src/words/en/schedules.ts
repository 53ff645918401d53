import { many } from '../numbers.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export const schedules = {
  running: (running: number, all: number) => `${running}/${all} running`,
  none: 'No schedule has been run yet. A scheduler that starts writes its schedules down.',
  stop: 'Stop',
  stopText: (name: string) =>
    `No slot of ${name} begins anything until it is started again. Slots that fall due meanwhile are recorded as held. What runs goes on.`,
  start: 'Start',
  startText: (name: string) => `Slots of ${name} begin again what they are for.`,
  trigger: 'Trigger now',
  triggerText: (name: string) =>
    `Begins now, besides its slots, what ${name} begins: a run of all active users.`,
  stoppedBy: (by: string) => `Stopped by ${by}`,
  untilStarted: 'until it is started again',
  until: (time: string) => `until ${time}`,
  stateRunning: 'Running',
  stateStopped: 'Stopped',
  stateSilent: 'Not looked at',
  next: 'Next',
  last: 'Last took',
  outcomes: 'Last 60 slots',
  noSlots: 'No slot yet',
  weekText: (slots: number) => `${many(slots, 'slot')} within the next seven days.`,
  weekMore: 'The first 200 slots of the next week.',
  showWeek: 'Preview',
  expression: 'When',
  slotStates: {
    claimed: 'Beginning',
    began: 'Began',
    'caught-up': 'Caught up',
    waiting: 'Waits for its turn',
    skipped: 'Skipped',
    overlapped: 'Overlapped, not begun',
    held: 'Held',
  },
  slotFailed: (failed: number) => `${many(failed, 'job')} failed`,
  legend: 'Each mark is a slot, the newest at the right.',
  everyMinute: 'every minute',
  everyMinutes: (minutes: number) => `every ${minutes} minutes`,
  hourlyAt: (minute: number) =>
    minute === 0 ? 'every hour, on the hour' : `every hour, at ${many(minute, 'minute')} past`,
  dailyAt: (time: string) => `every day at ${time}`,
  weeklyAt: (weekday: number, time: string) => `every ${WEEKDAYS[weekday]} at ${time}`,
  monthlyAt: (day: number, time: string) => `every month, on day ${day} at ${time}`,
};
