import { Link } from 'wouter';
import { PageHead } from '../parts/PageHead.tsx';
import { words } from '../words/words.ts';

/** For an address that is no page's. */
export function NotFound() {
  return (
    <PageHead title={words.common.notFound} about={<Link href="/">{words.common.toNow}</Link>} />
  );
}
