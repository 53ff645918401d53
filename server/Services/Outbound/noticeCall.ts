import { signedMessage } from './standardWebhooks.ts';

/** A change of state that people should hear of. */
export interface Notice {
  /** Names this change alone, such as `health-redis-down-2026-11-27T11:00:00.000Z`: it is told once. */
  readonly key: string;
  readonly title: string;
  /** What happened, and what to do. */
  readonly lines: readonly string[];
}

/** `slack`: what incoming webhooks of Slack and its work-alikes take. `signed`: Standard Webhooks. */
export const NOTICE_FORMS = ['slack', 'signed'] as const;
export type NoticeForm = (typeof NOTICE_FORMS)[number];

interface NoticeCall {
  headers: Record<string, string>;
  body: string;
}

/** A notice as an incoming webhook of Slack takes it (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks). */
export function slackCall({ title, lines }: Notice): NoticeCall {
  const text = [`*${escaped(title)}*`, ...lines.map(escaped)].join('\n');
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) };
}

/** Slack reads these three as markup, and nothing else of a text that it must not. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A notice signed as Standard Webhooks says. `text` has all of it, for a gateway that takes one text, such as
 * one for SMS. The id is the notice's: a receiver drops by it what it has had.
 */
export function signedCall(notice: Notice, secret: string, at: number): NoticeCall {
  const { key, title, lines } = notice;
  const payload = {
    type: 'notice',
    timestamp: new Date(at).toISOString(),
    data: { title, lines, text: [title, ...lines].join('\n') },
  };
  return signedMessage(secret, { id: `notice-${key}`, at, payload });
}
