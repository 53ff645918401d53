import { Download } from 'lucide-react';
import { words } from '../words/words.ts';
import { AllPagesButton } from './AllPagesButton.tsx';
import { saveCsv } from './saveCsv.ts';

interface CsvButtonProps {
  /** The file’s name, without its ending. */
  name: string;
  /** The path of the list, with its filters, without limit and cursor. */
  path: string;
}

/** Saves a list as a file for spreadsheets: all of it, not only the page that is shown. */
export function CsvButton({ name, path }: CsvButtonProps) {
  return (
    <AllPagesButton<object>
      label={words.common.csv}
      icon={Download}
      path={path}
      done={(items, more) => saveCsv(name, items, more)}
    />
  );
}
