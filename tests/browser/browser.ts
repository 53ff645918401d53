import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { EMAILS, PASSWORD, type Stack } from './stack.ts';

/** As root Chromium has no sandbox; and it is to ask nobody outside this machine. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface PageOptions extends BrowserContextOptions {
  /** Who is logged in; nobody if absent. */
  as?: keyof typeof EMAILS;
}

export interface Browsing {
  /** A page of a browser of its own, at this path. */
  open(path: string, options?: PageOptions): Promise<Page>;
}

/** Whatever a page's policy refused, or its script threw, fails the test that opened it. */
export function useBrowser(stack: Stack): Browsing {
  let browser: Browser | undefined;
  let faults: string[] = [];
  const pages: Page[] = [];
  beforeAll(async () => {
    const executablePath = process.env.TEST_CHROMIUM;
    if (!executablePath) throw new Error('TEST_CHROMIUM is not set: npm run test:browser');
    browser = await chromium.launch({ executablePath, args: ARGS });
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    const seen = faults;
    faults = [];
    expect(seen).toEqual([]);
  });
  afterAll(() => browser?.close());

  return {
    async open(path, { as, ...options } = {}) {
      if (browser === undefined) throw new Error('There is no browser yet.');
      const context = await browser.newContext({ baseURL: stack.url, ...options });
      const page = await context.newPage();
      pages.push(page);
      page.setDefaultTimeout(15_000);
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => {
        if (/Content.Security.Policy|Warning: /i.test(message.text())) faults.push(message.text());
      });
      if (as !== undefined) {
        const answer = await context.request.post('/app/auth/session', {
          data: { email: EMAILS[as], password: PASSWORD },
        });
        expect(answer.status()).toBe(200);
      }
      await page.goto(path);
      return page;
    },
  };
}

/** What axe finds serious or critical on the page as it stands. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's policy does not hold.
  await page.evaluate(await readFile(axeFile, 'utf8'));
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

/** How many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
}
