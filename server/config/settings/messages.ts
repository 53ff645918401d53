import { z } from 'zod';
import { webAddress } from '../settingTypes.ts';

/** What is sent to people and to other systems: mail, webhooks, notices. */
export const messageSettings = {
  // Mail
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/./, 'is an address such as smtps://user:password@mail.example.com:465')
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*@[^\s@>]+>?$/, 'is an address such as Hourwork <hourwork@example.com>')
    .default('Hourwork <hourwork@localhost>'),
  PUBLIC_URL: webAddress.optional(),

  // Webhooks
  HEARTBEAT_URL: webAddress.optional(),
  POST_WEBHOOK_URL: webAddress.optional(),
  POST_WEBHOOK_SECRET: z
    .string()
    .min(24, 'has at least 24 characters, as from: openssl rand -base64 32')
    .optional(),

  // Notices
  NOTIFY_SLACK_WEBHOOK_URL: webAddress.optional(),
  NOTIFY_WEBHOOK_URL: webAddress.optional(),
  NOTIFY_WEBHOOK_SECRET: z
    .string()
    .min(24, 'has at least 24 characters, as from: openssl rand -base64 32')
    .optional(),
};
