import { Group, Paper, Text, Title, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { Link } from 'wouter';

interface PanelProps {
  title: string;
  /** At the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
  /** The page's own title says it: this one is for screen readers alone. */
  bare?: boolean;
  /** The content reaches the edges: a table. */
  flush?: boolean;
}

/** A titled part of a page. */
export function Panel({ title, aside, children, flush = false, bare = false }: PanelProps) {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} withBorder className="panel">
      {bare ? (
        <VisuallyHidden id={id}>{title}</VisuallyHidden>
      ) : (
        <Group justify="space-between" gap="sm" className="panel-head">
          <Title order={2} id={id}>
            {title}
          </Title>
          {aside}
        </Group>
      )}
      <div className={flush ? 'panel-flush' : 'panel-body'}>{children}</div>
    </Paper>
  );
}

/** Leads from the head of a panel to the page of what it shows. */
export function PanelLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Text size="sm" component={Link} href={to} c="var(--mantine-color-anchor)">
      {children}
    </Text>
  );
}
