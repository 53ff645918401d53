import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAIL_TEMPLATES, renderMail } from './templates.ts';

describe('the templates', () => {
  it('each have a text with a subject, and HTML', () => {
    const files = Object.keys(MAIL_TEMPLATES).flatMap((name) => [`${name}.html`, `${name}.txt`]);
    expect(readdirSync('data/mail').sort()).toEqual([...files, 'layout.html'].sort());
  });

  it('take what they are given for text, in HTML and in the subject', async () => {
    const title = 'Redis is away\r\nBcc: eve@example.com <script>alert(1)</script>';
    const mail = await renderMail('notice', { title, lines: ['a & b'] }, null);
    expect(mail.subject).toBe('Redis is away Bcc: eve@example.com <script>alert(1)</script>');
    expect(mail.text).toContain('a & b');
    expect(mail.html).toContain('a &amp; b');
    expect(mail.html).not.toContain('<script>');
    expect(mail.html + mail.text).not.toContain('nsubscribe');
  });

  it('show how to unsubscribe where there is a way', async () => {
    const url = 'https://hourwork.test/mail/unsubscribe?token=x';
    const mail = await renderMail('notice', { title: 'x', lines: [] }, url);
    expect(mail.text).toContain(`Unsubscribe: ${url}`);
    expect(mail.html).toContain('href="https:&#x2F;&#x2F;hourwork.test');
  });

  it('refuse data that do not fit', async () => {
    await expect(renderMail('notice', { lines: 'none' }, null)).rejects.toThrow('title');
  });
});
