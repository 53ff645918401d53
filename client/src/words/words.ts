import { en, type Words } from './en.ts';

/** The languages there are: another one is a file like en.ts and a line here. */
const LANGUAGES: Readonly<Record<string, Words>> = { en };

function chosen(): Words {
  for (const language of navigator.languages) {
    const words = LANGUAGES[language.split('-')[0] ?? ''];
    if (words !== undefined) return words;
  }
  return en;
}

/** Every word that the page shows. */
export const words: Words = chosen();
