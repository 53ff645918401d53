import { Download } from 'lucide-react';
import { words } from '../words/words.ts';
import { AllPagesButton } from './AllPagesButton.tsx';
import { toCsv } from './csv.ts';
import { say } from './said.ts';

interface CsvButtonProps {
  /** Of the file, without its ending. */
  name: string;
  /** Of the list, with what narrows it, without limit and cursor. */
  path: string;
}

/** Saves a list as a file for spreadsheets: all of it, not only the page that is shown. */
export function CsvButton({ name, path }: CsvButtonProps) {
  return (
    <AllPagesButton<Record<string, unknown>>
      label={words.common.csv}
      icon={Download}
      path={path}
      done={(items, more) => {
        save(`${name}.csv`, toCsv(items));
        say(more ? words.common.savedPart(items.length) : words.common.saved(items.length));
      }}
    />
  );
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
