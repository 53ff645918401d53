/** Kinds of mail that a user may unsubscribe from, by the name people see. */
export const MAIL_LISTS = {
  weekly: 'the weekly summary',
  trial: 'reminders of the end of a trial',
} as const;

export type MailList = keyof typeof MAIL_LISTS;

/** Whether this names a list. */
export function isMailList(name: string): name is MailList {
  return Object.hasOwn(MAIL_LISTS, name);
}
