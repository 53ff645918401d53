import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import type { Env } from '../../config/env.ts';

/** A mail that is whole. */
export interface OutgoingMail {
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  headers: Record<string, string>;
}

/** The way out for mail. */
export interface MailTransport {
  readonly kind: 'smtp' | 'outbox';
  /** @returns what the server said, or where the mail lies. */
  send(mail: OutgoingMail): Promise<string>;
  /** Whether the server takes mail: rejects with its reason. */
  verify(): Promise<void>;
}

/** Where mail lies that no server is there for. */
export const OUTBOX_FOLDER = '.local/outbox';

/** Through the server of SMTP_URL; without it, files that a mail program can open. */
export function openMailTransport({ SMTP_URL }: Pick<Env, 'SMTP_URL'>): MailTransport {
  return SMTP_URL === undefined ? intoFiles() : throughServer(SMTP_URL);
}

function throughServer(url: string): MailTransport {
  const transporter = nodemailer.createTransport({
    ...{ url, pool: true, maxConnections: 3 },
    ...{ connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    kind: 'smtp',
    async send(mail) {
      const { response } = await transporter.sendMail(mail);
      return response;
    },
    async verify() {
      await transporter.verify();
    },
  };
}

function intoFiles(): MailTransport {
  const transporter = nodemailer.createTransport({
    ...{ streamTransport: true, buffer: true, newline: 'unix' },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    kind: 'outbox',
    async send(mail) {
      const { message } = await transporter.sendMail(mail);
      await mkdir(OUTBOX_FOLDER, { recursive: true, mode: 0o700 });
      const file = join(OUTBOX_FOLDER, `${mail.messageId.replace(/^<|@.*$/g, '')}.eml`);
      await writeFile(file, message, { mode: 0o600 });
      return file;
    },
    verify: () => Promise.resolve(),
  };
}
