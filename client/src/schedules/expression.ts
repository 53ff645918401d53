import type { Words } from '../words/en.ts';

/** A plain cron expression in words; null for any other, which speaks best for itself. */
export function expressionInWords(expression: string, words: Words['schedules']): string | null {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (month !== '*') return null;
  if (day === '*' && weekday === '*' && hour === '*') return withinAnHour(minute, words);
  if (!isNumber(minute) || !isNumber(hour)) return null;
  const { dailyAt, monthlyAt, weeklyAt } = words;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') return dailyAt(time);
  if (day === '*' && /^[0-7]$/.test(weekday)) return weeklyAt(Number(weekday) % 7, time);
  if (weekday === '*' && isNumber(day)) return monthlyAt(Number(day), time);
  return null;
}

function withinAnHour(minute: string, words: Words['schedules']): string | null {
  const { everyMinute, everyMinutes, hourlyAt } = words;
  if (minute === '*') return everyMinute;
  const [, step] = /^\*\/(\d+)$/.exec(minute) ?? [];
  if (step !== undefined && 60 % Number(step) === 0) return everyMinutes(Number(step));
  return isNumber(minute) ? hourlyAt(Number(minute)) : null;
}

function isNumber(field: string): boolean {
  return /^\d+$/.test(field);
}
