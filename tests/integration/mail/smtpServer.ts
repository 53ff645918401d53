import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail server on this machine, and the mail that it took. */
export interface LocalSmtp {
  readonly url: string;
  /** Each mail as it came over the wire. */
  readonly taken: string[];
  /** Says what to answer to a recipient from now on: a code and a text, or null to take the mail. */
  answerRecipients(refusal: { code: number; message: string } | null): void;
  stop(): Promise<void>;
}

/** Starts it on a free port. It asks for a login: user and password of its URL. */
export async function startSmtp(): Promise<LocalSmtp> {
  const taken: string[] = [];
  let refusal: { code: number; message: string } | null = null;
  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    // Clients keep their connections: they are not waited for.
    closeTimeout: 200,
    disabledCommands: ['STARTTLS'],
    onAuth({ username, password }, _session, done) {
      if (username === 'hourwork' && password === 'pa ss') return done(null, { user: username });
      done(new Error('no such login'));
    },
    onRcptTo(_address, _session, done) {
      if (refusal === null) return done();
      done(Object.assign(new Error(refusal.message), { responseCode: refusal.code }));
    },
    onData(stream, _session, done) {
      text(stream).then(
        (mail) => {
          taken.push(mail);
          done(null, 'taken');
        },
        (error: Error) => done(error),
      );
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return {
    url: `smtp://hourwork:pa%20ss@127.0.0.1:${port}`,
    taken,
    answerRecipients(next) {
      refusal = next;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
