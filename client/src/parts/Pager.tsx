import { Button, Group } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Page } from '../api/shapes.ts';
import { words } from '../words/words.ts';

/** Where in a list the page stands: in its address, so that going back keeps it. */
function useCursor() {
  const [params, setParams] = useSearchParams();
  const cursor = params.get('cursor');
  function goTo(next: string | null): void {
    setParams((now) => {
      const changed = new URLSearchParams(now);
      if (next === null) changed.delete('cursor');
      else changed.set('cursor', next);
      return changed;
    });
  }
  return { cursor, goTo };
}

/**
 * The page of a list that the address is at.
 * @param path of the list, with what narrows it, without limit and cursor.
 */
export function usePage<Item>(path: string, perPage = 50): UseQueryResult<Page<Item>> {
  const { cursor } = useCursor();
  const from = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  const separator = path.includes('?') ? '&' : '?';
  return useAnswer(`${path}${separator}limit=${perPage}${from}`, EACH.few);
}

/** On to older items, and back to the newest. */
export function Pager({ next }: { next: string | null }) {
  const { cursor, goTo } = useCursor();
  if (next === null && cursor === null) return null;
  return (
    <Group justify="flex-end" gap="xs" p="sm">
      {cursor !== null && (
        <Button variant="default" size="xs" onClick={() => goTo(null)}>
          {words.common.first}
        </Button>
      )}
      <Button variant="default" size="xs" disabled={next === null} onClick={() => goTo(next)}>
        {words.common.more}
      </Button>
    </Group>
  );
}
