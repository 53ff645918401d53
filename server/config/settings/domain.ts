import { z } from 'zod';
import { flag, scoringParams, webAddress } from '../settingTypes.ts';

/** Meta's own Cloud API: what is sent there reaches people. */
export const WHATSAPP_API = 'https://graph.facebook.com/v23.0';

/** The domains that come along: scoring, and the wholesale business. */
export const domainSettings = {
  // The sample's domain
  SCORING_PARAMS: scoringParams.prefault('0.243,4.414,0.793,2.426'),

  // The wholesale business
  COMMERCE_SCHEDULES: flag.default(false),
  WHATSAPP_BASE_URL: webAddress.default(WHATSAPP_API),
  WHATSAPP_PHONE_NUMBER_ID: z.string().optional(),
  WHATSAPP_TOKEN: z.string().optional(),
  WHATSAPP_APP_SECRET: z.string().optional(),
  WHATSAPP_VERIFY_TOKEN: z.string().optional(),
};
