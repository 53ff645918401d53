import { Link } from 'wouter';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Incident } from '../api/shapes.ts';
import { Overall } from '../now/Overall.tsx';
import { Command } from '../now/SafeAction.tsx';
import { Verdict } from '../now/Verdict.tsx';
import { Answer } from '../parts/Answer.tsx';
import { clockTime, useZone } from '../parts/clock.ts';
import { Fact, Facts } from '../parts/Fact.tsx';
import { ListPanel } from '../parts/ListPanel.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel, PanelLink } from '../parts/Panel.tsx';
import { Moment } from '../parts/useNow.ts';
import { Ago, When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { ForgetMoment } from './ForgetMoment.tsx';

const { columns } = words.incidents;

/** How all stood at a moment that somebody kept; nothing on it moves or acts. */
export default function IncidentPage({ id }: { id: string }) {
  const incident = useAnswer<Incident>(`/app/incidents/${encodeURIComponent(id)}`, EACH.once);
  return <Answer of={incident}>{(data) => <Kept incident={data} />}</Answer>;
}

function Kept({ incident }: { incident: Incident }) {
  const { id, at, by, note, keptUntil, snapshot } = incident;
  const mayAct = useMayAct();
  const { zone } = useZone();
  return (
    <>
      <PageHead title={words.incidents.title(clockTime(at, zone))}>
        {mayAct && <ForgetMoment id={id} />}
      </PageHead>
      <div className="banner" role="note">
        {words.incidents.frozen} <Ago at={snapshot.asOf} />.{' '}
        <Link href="/">{words.incidents.toNow}</Link>{' '}
        <Link href="/incidents">{words.incidents.all}</Link>
      </div>
      <Panel title={words.incidents.note} bare>
        <Facts single>
          {note !== '' && <Fact name={words.incidents.note}>{note}</Fact>}
          <Fact name={words.incidents.by}>
            {by}, <When at={at} />
          </Fact>
          <Fact name={words.incidents.until}>
            <When at={keptUntil} />
          </Fact>
          <Fact name={words.incidents.link}>
            <Command>{window.location.href}</Command>
          </Fact>
        </Facts>
      </Panel>
      <Moment value={Date.parse(snapshot.asOf)}>
        <Verdict matters={snapshot.situations} past />
        <Failures failures={snapshot.failures} />
        <Overall overview={snapshot} />
      </Moment>
    </>
  );
}

function Failures({ failures }: { failures: Incident['snapshot']['failures'] }) {
  return (
    <ListPanel
      title={words.incidents.failures}
      aside={<PanelLink to="/failures">{words.now.look.failures}</PanelLink>}
      empty={words.incidents.noFailures}
      rows={failures}
      idOf={({ code }) => code}
      columns={[
        { name: columns.code, cell: ({ code }) => <span className="mono">{code}</span> },
        { name: columns.jobs, cell: ({ jobs }) => count(jobs), numeric: true },
        { name: columns.users, cell: ({ users }) => count(users), numeric: true },
        { name: columns.first, cell: ({ firstAt }) => <When at={firstAt} />, wide: true },
        { name: columns.last, cell: ({ lastAt }) => <Ago at={lastAt} /> },
      ]}
    />
  );
}
