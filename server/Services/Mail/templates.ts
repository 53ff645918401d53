import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Mustache from 'mustache';
import { z } from 'zod';

/** Where the files of the templates are: `<name>.txt`, whose first line is the subject, and `<name>.html`. */
const FOLDER = 'data/mail';

/** Every mail there is, with the shape of what it tells. */
export const MAIL_TEMPLATES = {
  /** To administrators: something changed its state. */
  notice: z.object({
    title: z.string(),
    lines: z.array(z.string()),
    url: z.string().optional(),
  }),
  /** To a token's owner: it ends before long, or has ended. */
  'api-token': z.object({
    name: z.string(),
    hint: z.string(),
    expiresAt: z.string(),
    expired: z.boolean(),
  }),
  /** To a user, once a week. */
  'weekly-summary': z.object({
    purchases: z.number(),
    spent: z.string(),
    total: z.string(),
    segment: z.string(),
    asOf: z.string(),
  }),
  /** To a customer of the wholesale business: an invoice is open. */
  'payment-reminder': z.object({ messageId: z.string(), invoice: z.string(), text: z.string() }),
  /** To a user whose trial ends before long. */
  'trial-ending': z.object({ when: z.string(), end: z.string(), zone: z.string() }),
} as const;

export type MailTemplate = keyof typeof MAIL_TEMPLATES;
export type MailData<Template extends MailTemplate> = z.input<(typeof MAIL_TEMPLATES)[Template]>;

/** A mail as it is sent, but for its addresses. */
export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

/**
 * Fills a template. What it is given is text: in HTML it is escaped, and it cannot add a line to the
 * subject.
 * @throws ZodError when the data do not fit the template.
 */
export async function renderMail(
  template: MailTemplate,
  data: unknown,
  unsubscribeUrl: string | null,
): Promise<RenderedMail> {
  const view = MAIL_TEMPLATES[template].parse(data);
  const [plain, html, layout] = await Promise.all([
    read(`${template}.txt`),
    read(`${template}.html`),
    read('layout.html'),
  ]);
  const [, subjectLine = '', body = ''] = /^Subject: (.*)\n\n([\s\S]*)$/.exec(plain) ?? [];
  const subject = fillText(subjectLine, view).replace(/\s+/g, ' ');
  const farewell = unsubscribeUrl === null ? '' : `\n--\nUnsubscribe: ${unsubscribeUrl}\n`;
  const content = Mustache.render(html, view);
  return {
    subject,
    text: fillText(body, view) + farewell,
    html: Mustache.render(layout, { subject, content, unsubscribeUrl }),
  };
}

function read(file: string): Promise<string> {
  return readFile(join(FOLDER, file), 'utf8');
}

function fillText(template: string, view: object): string {
  return Mustache.render(template, view, {}, { escape: String });
}
