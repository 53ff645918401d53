import { expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './passwords.ts';

it('knows a password in whichever form a keyboard makes its letters', async () => {
  const passwordHash = await hashPassword('Zürich-Brücke 12'.normalize('NFC'));
  expect(await verifyPassword(passwordHash, 'Zürich-Brücke 12'.normalize('NFD'))).toBe(true);
  expect(await verifyPassword(passwordHash, 'Zürich-Brücke\u00a012')).toBe(true);
  expect(await verifyPassword(passwordHash, 'Zurich-Brucke 12')).toBe(false);
});
