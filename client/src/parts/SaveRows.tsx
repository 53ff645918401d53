import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import { words } from '../words/words.ts';
import { saveCsv } from './saveCsv.ts';

interface SaveRowsProps {
  /** The file’s name, without its ending. */
  name: string;
  rows: readonly object[];
}

/** Saves a list that is shown whole as a file for spreadsheets. */
export function SaveRows({ name, rows }: SaveRowsProps) {
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Download size={14} aria-hidden />}
      onClick={() => saveCsv(name, rows)}
    >
      {words.common.csv}
    </Button>
  );
}
