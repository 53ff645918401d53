import { Button, Menu, Text, useMantineColorScheme } from '@mantine/core';
import { Check, CircleUserRound } from 'lucide-react';
import type { Session } from '../api/shapes.ts';
import { useZone } from '../parts/clock.ts';
import { useLogout } from '../session/session.ts';
import { words } from '../words/words.ts';

interface AccountMenuProps {
  session: Session;
  onKeys(): void;
}

/** Who is logged in, how the page looks for them, and the way out. */
export function AccountMenu({ session, onKeys }: AccountMenuProps) {
  const logout = useLogout();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { zone, chooseZone } = useZone();
  const mark = (chosen: boolean) => (chosen ? <Check size={14} aria-hidden /> : null);
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          px={6}
          c="var(--mantine-color-text)"
          aria-label={words.nav.more}
        >
          <CircleUserRound size={18} strokeWidth={1.8} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Text size="sm" px="sm" pt={6} className="break">
          {session.email}
        </Text>
        <Text size="xs" px="sm" pb={6} c="dimmed">
          {words.account.roles[session.role]}
        </Text>
        <Menu.Divider />
        <Menu.Label>{words.account.theme.label}</Menu.Label>
        {(['auto', 'light', 'dark'] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            rightSection={mark(colorScheme === scheme)}
          >
            {words.account.theme[scheme]}
          </Menu.Item>
        ))}
        <Menu.Label>{words.account.times.label}</Menu.Label>
        {(['local', 'utc'] as const).map((each) => (
          <Menu.Item key={each} onClick={() => chooseZone(each)} rightSection={mark(zone === each)}>
            {words.account.times[each]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={onKeys}>{words.keys.show}</Menu.Item>
        <Menu.Item onClick={() => logout.mutate('here')}>{words.account.out}</Menu.Item>
        <Menu.Item onClick={() => logout.mutate('everywhere')} title={words.account.everywhereText}>
          {words.account.everywhere}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
