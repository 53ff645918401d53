import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { BookOpen } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Session } from '../api/shapes.ts';
import { useSaid } from '../parts/said.ts';
import { words } from '../words/words.ts';
import { AccountMenu } from './AccountMenu.tsx';
import { KeysHelp } from './KeysHelp.tsx';
import { LiveBanner, LiveMark } from './LiveMark.tsx';
import { useLive } from './live.ts';
import { PAGES } from './pages.ts';
import { followStream } from './stream.ts';
import { useKeys } from './useKeys.ts';

/** What is around every page: the menu, how live it is, and who is logged in. */
export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const [help, { open: openHelp, close: closeHelp }] = useDisclosure();
  const [path] = useLocation();
  // The path on which the menu was opened: on any other path it closes.
  const [menuOn, setMenuOn] = useState<string | null>(null);
  const menu = menuOn === path;
  if (menuOn !== null && !menu) setMenuOn(null);
  const said = useSaid();
  useKeys(openHelp);
  const queries = useQueryClient();
  const { paused } = useLive();
  useEffect(() => {
    if (paused) return;
    const following = new AbortController();
    followStream(queries, following.signal);
    return () => following.abort();
  }, [queries, paused]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !menu } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip" href="#content">
        {words.nav.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={menu}
              onClick={() => setMenuOn(menu ? null : path)}
              hiddenFrom="sm"
              size="sm"
              aria-label={words.nav.open}
            />
            <Text fw={600} component={Link} href="/" c="inherit">
              {words.appName}
            </Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <LiveMark />
            <AccountMenu session={session} onKeys={openHelp} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={words.nav.label}>
        {PAGES.map(({ name, path: to, icon: Icon }) => (
          <Link
            key={to}
            href={to}
            className="nav-link"
            aria-current={isAt(path, to) ? 'page' : undefined}
          >
            <Icon size={17} strokeWidth={1.8} aria-hidden />
            {words.pages[name]}
          </Link>
        ))}
        <a className="nav-link nav-foot" href="/docs">
          <BookOpen size={17} strokeWidth={1.8} aria-hidden />
          {words.nav.api}
        </a>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <div className="content">
          <LiveBanner />
          {children}
        </div>
      </AppShell.Main>
      <div className="said" role="status">
        {said?.text}
      </div>
      <KeysHelp opened={help} onClose={closeHelp} />
    </AppShell>
  );
}

function isAt(path: string, page: string): boolean {
  return page === '/' ? path === '/' : path === page || path.startsWith(`${page}/`);
}
