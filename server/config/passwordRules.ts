import { opaqueString } from './opaqueString.ts';

const MIN_LENGTH = 12;
/** A longer one is no stronger, and costs time to refuse. */
const MAX_LENGTH = 256;
const MIN_DIFFERENT = 5;

/** The length up to which a password is looked at, in UTF-16 units: every spelling of 256 characters fits. */
export const MAX_PASSWORD_UNITS = 4 * MAX_LENGTH;

/** Why this can be no new password, as a sentence for people; null if it can. */
export function passwordProblem(password: string): string | null {
  const enforced = password.length > MAX_PASSWORD_UNITS ? password : opaqueString(password);
  if (enforced === null && password !== '') {
    return 'A password has no control characters, and none that are invisible.';
  }
  const characters = [...(enforced ?? '')];
  if (characters.length < MIN_LENGTH || characters.length > MAX_LENGTH) {
    return `A password has ${MIN_LENGTH} to ${MAX_LENGTH} characters.`;
  }
  if (new Set(characters).size < MIN_DIFFERENT) {
    return `A password has at least ${MIN_DIFFERENT} different characters.`;
  }
  return null;
}
