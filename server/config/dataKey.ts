/** What is wrong with a key of AES-256, without a word of it; null when nothing is. */
export function dataKeyProblem(text: string): string | null {
  return /^[\da-f]{64}$/i.test(text)
    ? null
    : 'is no key of 32 bytes in hexadecimal; make one with: openssl rand -hex 32';
}
