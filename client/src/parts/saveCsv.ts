import { words } from '../words/words.ts';
import { toCsv } from './csv.ts';
import { say } from './said.ts';

/**
 * Gives the browser rows as a file, and says how many they are.
 * @param name of the file, without its ending.
 * @param more whether the list has more than these.
 */
export function saveCsv(name: string, rows: readonly object[], more = false): void {
  save(`${name}.csv`, toCsv(rows.map((row) => ({ ...row }))));
  say(more ? words.common.savedPart(rows.length) : words.common.saved(rows.length));
}

function save(name: string, text: string): void {
  // Without the mark a spreadsheet takes UTF-8 for something else.
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
