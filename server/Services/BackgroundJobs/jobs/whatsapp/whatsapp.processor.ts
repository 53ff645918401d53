import { WHATSAPP_API } from '../../../../config/settings/domain.ts';
import { createCloudApi } from '../../../WhatsApp/cloudApi.ts';
import { sendMessage } from '../../../WhatsApp/sendMessage.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { FailNow, RetryLater } from '../outcomes.ts';
import type { whatsAppJob } from './whatsapp.job.ts';

/** Sends messages by the Cloud API that the settings name; without a token they go to the outbox. */
export function loadWhatsAppProcessor({ env }: WorkerPlatform): ProcessorOf<typeof whatsAppJob> {
  const { WHATSAPP_BASE_URL: baseUrl, WHATSAPP_TOKEN: token } = env;
  const { WHATSAPP_PHONE_NUMBER_ID: phoneNumberId } = env;
  const cloudApi =
    token === undefined || phoneNumberId === undefined
      ? null
      : createCloudApi({ baseUrl, phoneNumberId, token });
  // Numbers that are made up may belong to somebody.
  const writesToSynthetic = baseUrl !== WHATSAPP_API;
  return async ({ messageId }, { signal }) => {
    const outcome = await sendMessage(messageId, { cloudApi, writesToSynthetic, signal });
    if ('state' in outcome) return { state: outcome.state };
    if ('failed' in outcome) throw new FailNow(outcome.failed.code, outcome.failed.message);
    throw new RetryLater(outcome.retryAfterMs, outcome.reason);
  };
}
