import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { List, type ListProps } from './List.tsx';
import { Panel } from './Panel.tsx';

interface ListPanelProps<Row> extends Omit<ListProps<Row>, 'label'> {
  title: string;
  /** At the right of the title. */
  aside: ReactNode;
  /** Said in place of a table without rows. */
  empty: string;
}

/** A titled part of a page that is a table, or a sentence where there is nothing to list. */
export function ListPanel<Row>({ title, aside, empty, ...list }: ListPanelProps<Row>) {
  return (
    <Panel title={title} aside={aside} flush={list.rows.length > 0}>
      {list.rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        <List label={title} {...list} />
      )}
    </Panel>
  );
}
