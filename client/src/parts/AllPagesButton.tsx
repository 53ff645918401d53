import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { LucideIcon } from 'lucide-react';
import { allPages } from '../api/allPages.ts';
import { words } from '../words/words.ts';
import { say } from './said.ts';

interface AllPagesButtonProps<Item> {
  label: string;
  icon: LucideIcon;
  /** The path of the list, with its filters, without limit and cursor. */
  path: string;
  /** Takes the items; `more` if the list has more than were read. */
  done(items: Item[], more: boolean): void;
}

/** A button that reads a whole list, not only the page that is shown. */
export function AllPagesButton<Item>(props: AllPagesButtonProps<Item>) {
  const { label, icon: Icon, path, done } = props;
  const reading = useMutation({
    mutationFn: () => allPages<Item>(path),
    onSuccess: ({ items, more }) => done(items, more),
    onError: (error) => say(error.message || words.common.noAnswer),
  });
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon size={14} aria-hidden />}
      loading={reading.isPending}
      onClick={() => reading.mutate()}
    >
      {label}
    </Button>
  );
}
