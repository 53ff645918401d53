import { Button, CopyButton, Group } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { Link } from 'wouter';
import { ResumeQueue } from '../queues/actions.tsx';
import { StartSchedule } from '../schedules/actions.tsx';
import { words } from '../words/words.ts';
import type { Way } from './situations.ts';

/** The click that mends it, or that leads to where it is mended. */
export function SafeAction({ way }: { way: Way }) {
  switch (way.is) {
    case 'resume':
      return <ResumeQueue queue={way.queue} />;
    case 'start':
      return <StartSchedule schedule={way.schedule} />;
    case 'look':
      return (
        <Group>
          <Button component={Link} href={way.to} variant="default" size="xs">
            {words.now.look[way.page]}
          </Button>
        </Group>
      );
  }
}

/** A command that a person runs on the machine, and the button that takes it along. */
export function Command({ children }: { children: string }) {
  return (
    <Group gap="xs">
      <span className="command">{children}</span>
      {/* Over plain HTTP a browser lets no page write to the clipboard. */}
      {window.isSecureContext && (
        <CopyButton value={children}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              size="xs"
              leftSection={
                copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />
              }
              onClick={copy}
            >
              {copied ? words.now.copied : words.now.copy}
            </Button>
          )}
        </CopyButton>
      )}
    </Group>
  );
}
