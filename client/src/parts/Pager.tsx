import { Button, Group } from '@mantine/core';
import { useSearchParams } from 'wouter';
import { words } from '../words/words.ts';

/** Where in a list the page stands: in its address, so that going back keeps it. */
export function useCursor() {
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
  return { cursor, goTo, query: cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}` };
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
