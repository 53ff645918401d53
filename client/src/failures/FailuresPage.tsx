import { PageHead } from '../parts/PageHead.tsx';
import { words } from '../words/words.ts';
import { FailureGroups } from './FailureGroups.tsx';

/** What fails, by cause. */
export default function FailuresPage() {
  return (
    <>
      <PageHead title={words.pages.failures} />
      <FailureGroups />
    </>
  );
}
