/** The key of HS256 has at least the size of its hash (RFC 7518, section 3.2). */
const MIN_BYTES = 32;
const MIN_DIFFERENT = 8;
/** A piece that often in a row is all that must be guessed. */
const REPETITIONS = 4;

/** Why tokens cannot be signed with this, to be read after its name; null if they can. */
export function signingSecretProblem(secret: string): string | null {
  if (Buffer.byteLength(secret) < MIN_BYTES) return `is shorter than ${MIN_BYTES} bytes`;
  if (new Set(secret).size < MIN_DIFFERENT || isRepetition(secret)) {
    return 'is easy to guess: it repeats itself';
  }
  return null;
}

/** Whether the text is a piece over and over again, the last time perhaps in part. */
function isRepetition(text: string): boolean {
  for (let piece = 1; piece * REPETITIONS <= text.length; piece += 1) {
    if (text.startsWith(text.slice(piece))) return true;
  }
  return false;
}
