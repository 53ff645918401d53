import type { Request, Response } from 'express';
import type { KeptCookie } from '../controllers/reply.ts';

/** The cookies of a request by name, as they were sent; of several of one name the first (RFC 6265). */
export function cookiesOf(request: Request): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (request.get('cookie') ?? '').split(';')) {
    const [, name, value] = /^\s*([^=\s]+)=(.*?)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined || cookies.has(name)) continue;
    cookies.set(name, value);
  }
  return cookies;
}

/** Gives the client a cookie that no script and no other site can use. */
export function setCookie(request: Request, response: Response, cookie: KeptCookie): void {
  const { name, value, path, expires } = cookie;
  response.cookie(name, value, {
    path,
    expires,
    httpOnly: true,
    sameSite: 'strict',
    // Over plain HTTP, as on a machine of one's own, a secure cookie would never come back.
    secure: request.secure,
  });
}
