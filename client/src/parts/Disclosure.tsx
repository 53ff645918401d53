import { Button, type ButtonProps, Collapse, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface DisclosureProps extends Pick<ButtonProps, 'variant' | 'size'> {
  label: string;
  icon: LucideIcon;
  /** Rendered only while it is open. */
  children: ReactNode;
}

/** A button that opens and closes what stands below it. */
export function Disclosure({ label, icon: Icon, children, ...look }: DisclosureProps) {
  const [open, { toggle }] = useDisclosure();
  return (
    <>
      <Group mt="sm">
        <Button
          {...look}
          leftSection={<Icon size={14} aria-hidden />}
          onClick={toggle}
          aria-expanded={open}
        >
          {label}
        </Button>
      </Group>
      <Collapse expanded={open}>{open && children}</Collapse>
    </>
  );
}
