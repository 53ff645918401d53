import { EACH, NOW_PATH, useAnswer } from '../api/queries.ts';
import type { Overview } from '../api/shapes.ts';
import { KeepMoment } from '../incidents/KeepMoment.tsx';
import { Answer } from '../parts/Answer.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { PanelLink } from '../parts/Panel.tsx';
import { Ago } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { words } from '../words/words.ts';
import { Changes, useChanges } from './Changes.tsx';
import { Overall } from './Overall.tsx';
import { mattersOf } from './situations.ts';
import { Verdict } from './Verdict.tsx';

/** What is wrong, since when, whom it hits, what happens if nothing is done, and the one safe thing to do. */
export function NowPage() {
  const overview = useAnswer<Overview>(NOW_PATH, EACH.second);
  // Asked for beside the overview, so that the page need not move when it comes.
  const changes = useChanges();
  const mayAct = useMayAct();
  return (
    <>
      <PageHead title={words.pages.now} about={overview.data && <Ago at={overview.data.asOf} />}>
        <PanelLink to="/incidents">{words.incidents.all}</PanelLink>
        {mayAct && <KeepMoment />}
      </PageHead>
      <Answer of={overview}>
        {(data) => (
          <>
            <Verdict matters={mattersOf(data, overview.error)} />
            <Changes {...changes} />
            <Overall overview={data} />
          </>
        )}
      </Answer>
    </>
  );
}
