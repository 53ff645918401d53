import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { words } from '../words/words.ts';

interface PageHeadProps {
  title: string;
  /** A line beneath. */
  about?: ReactNode;
  /** What can be done on the page. */
  children?: ReactNode;
}

/** The head of a page; it names the document too. */
export function PageHead({ title, about, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · ${words.appName}`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" gap="sm" className="page-head">
      <div className="page-title">
        <Title order={1}>{title}</Title>
        {about !== undefined && (
          <Text size="sm" c="dimmed" component="div">
            {about}
          </Text>
        )}
      </div>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
