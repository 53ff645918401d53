/**
 * What the FreeformClass of PRECIS (RFC 8264, section 4.3) has not: controls, what is unassigned, private
 * or half a character, line separators, what is invisible, and conjoining jamo that form no syllable.
 * Its rules of context are not applied: they are about what names look like, and would refuse emoji.
 */
const DISALLOWED =
  /(?!\p{Join_Control})[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/u;

/**
 * Brings every spelling of a password to one, by the profile OpaqueString of PRECIS (RFC 8265, section
 * 4.2): any space is the ASCII space, and the same letter typed as one code point or as two is one.
 * @returns null for what is empty or not of the profile: no account has such a password.
 */
export function opaqueString(text: string): string | null {
  const enforced = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  return enforced === '' || DISALLOWED.test(enforced) ? null : enforced;
}
