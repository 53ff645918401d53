import { words } from '../words/words.ts';

/** A plain cron expression in words; any other as it stands. */
export function expressionInWords(expression: string): string {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) return expression;
  const [minute = '', hour = '', ...days] = fields;
  if (days.some((field) => field !== '*')) return expression;
  const { everyMinute, everyMinutes, hourlyAt, dailyAt } = words.schedules;
  if (minute === '*' && hour === '*') return everyMinute;
  const [, step] = /^\*\/(\d+)$/.exec(minute) ?? [];
  if (step !== undefined && hour === '*' && 60 % Number(step) === 0)
    return everyMinutes(Number(step));
  if (!/^\d+$/.test(minute)) return expression;
  if (hour === '*') return hourlyAt(Number(minute));
  if (!/^\d+$/.test(hour)) return expression;
  return dailyAt(`${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`);
}
