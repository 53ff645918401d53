import { describe, expect, it } from 'vitest';
import { isRedirect, type Outgoing, redirected } from './redirects.ts';

const post: Outgoing = {
  url: new URL('https://a.example/one'),
  method: 'POST',
  headers: {
    accept: '*/*',
    authorization: 'Bearer secret',
    'content-type': 'application/json',
    'x-api-key': 'secret',
  },
  body: '{}',
};
const here = new URL('https://a.example/two');
const elsewhere = new URL('https://b.example/two');

describe('redirected', () => {
  it.each([301, 302, 303])('%i makes a GET of a POST, without its body', (status) => {
    const next = redirected(post, status, here);
    expect(next).toMatchObject({ method: 'GET', body: null });
    expect(Object.keys(next.headers)).toEqual(['accept', 'authorization', 'x-api-key']);
  });

  it.each([307, 308])('%i sends the same again within an origin', (status) => {
    expect(redirected(post, status, here)).toEqual({ ...post, url: here });
  });

  it.each([elsewhere, new URL('http://a.example/two'), new URL('https://a.example:8443/two')])(
    'tells %s no header that may be a secret',
    (url) => {
      expect(redirected({ ...post, method: 'GET', body: null }, 302, url).headers).toEqual({
        accept: '*/*',
      });
    },
  );

  it.each([301, 307])('never sends the body of a PUT to another origin (%i)', (status) => {
    expect(() => redirected({ ...post, method: 'PUT' }, status, elsewhere)).toThrow(
      expect.objectContaining({ code: 'REDIRECT_REFUSED' }),
    );
  });
});

describe('isRedirect', () => {
  it.each([
    [302, '/x', true],
    [304, '/x', false],
    [300, '/x', false],
    [302, undefined, false],
    [302, '', false],
  ])('%i to %s: %s', (status, location, is) => {
    expect(isRedirect(status, location)).toBe(is);
  });
});
