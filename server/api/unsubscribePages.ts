import type { Express, Response } from 'express';
import { MAIL_LISTS } from '../Services/Mail/mailLists.ts';
import { unsubscribe } from '../Services/Mail/unsubscribe.ts';
import { UNSUBSCRIBE_PATH, type UnsubscribeLinks } from '../Services/Mail/unsubscribeLinks.ts';

/**
 * Mounts what the link in a mail leads to. A GET only asks, since programs follow links on their
 * own; the POST is a mail program's one click (RFC 8058), or the button of the page. Who has the
 * link may unsubscribe: no login, no cookie, and what the body says plays no part.
 */
export function mountUnsubscribePages(app: Express, links: UnsubscribeLinks): void {
  app.get(UNSUBSCRIBE_PATH, (request, response) => {
    const subscription = links.read(String(request.query.token));
    if (subscription === null) return refuse(response);
    const list = MAIL_LISTS[subscription.list];
    send(
      response,
      `<form method="post"><p>Stop mail of this kind: ${list}?</p><button>Unsubscribe</button></form>`,
    );
  });
  app.post(UNSUBSCRIBE_PATH, async (request, response) => {
    const subscription = links.read(String(request.query.token));
    if (subscription === null) return refuse(response);
    await unsubscribe(subscription);
    send(response, `<p>You get no more mail of this kind: ${MAIL_LISTS[subscription.list]}.</p>`);
  });
}

function refuse(response: Response): void {
  response.status(400);
  send(response, '<p>This link is not whole. Open it from the mail again.</p>');
}

function send(response: Response, content: string): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response
    .type('html')
    .send(
      `<!doctype html><html lang="en"><title>Unsubscribe</title><body>${content}</body></html>`,
    );
}
