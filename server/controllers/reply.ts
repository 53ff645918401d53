import type { Readable } from 'node:stream';

/** A file as the body of an answer. */
export class FileAnswer {
  readonly name: string;
  readonly media: string;
  readonly bytes: number;
  readonly content: Readable;

  constructor(file: { name: string; media: string; bytes: number; content: Readable }) {
    this.name = file.name;
    this.media = file.media;
    this.bytes = file.bytes;
    this.content = file.content;
  }
}

/** A cookie that the client keeps, that no script can read, and that is sent to `path` alone. */
export interface KeptCookie {
  name: string;
  value: string;
  path: string;
  /** An instant that has passed takes the cookie away. */
  expires: Date;
}

/** What a controller answers: the status, and the body that the route's schema will shape. */
export interface Reply<Status extends number, Body> {
  status: Status;
  body: Body;
  cookies?: readonly KeptCookie[];
}

export function ok<Body>(body: Body): Reply<200, Body> {
  return { status: 200, body };
}

/** Taken on; the work itself goes on in the background. */
export function accepted<Body>(body: Body): Reply<202, Body> {
  return { status: 202, body };
}

/** Made; it can be read from now on. */
export function created<Body>(body: Body): Reply<201, Body> {
  return { status: 201, body };
}
