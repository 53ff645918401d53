/**
 * The request's target in origin form, `/path?query`. Clients of proxies send the absolute form, which
 * a server must take (RFC 9112, 3.2.2); Express cannot read all of them, and then passes over every
 * middleware.
 * @returns null for what is no target of HTTP.
 */
export function originForm(target: string): string | null {
  if (target.startsWith('/') || target === '*') return target;
  if (!URL.canParse(target)) return null;
  const { protocol, pathname, search } = new URL(target);
  return protocol === 'http:' || protocol === 'https:' ? pathname + search : null;
}
