import { Button, Group, Text } from '@mantine/core';
import { CheckCheck } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Change, Changes as ChangesAnswer } from '../api/shapes.ts';
import { pairs } from '../audit/pairs.ts';
import { Panel } from '../parts/Panel.tsx';
import type { Tone } from '../parts/Status.tsx';
import { Ago, When } from '../parts/When.tsx';
import { useSession } from '../session/session.ts';
import { words } from '../words/words.ts';
import { markSeen, useLastLook, useNotedLooks } from './useLastLook.ts';

const SHOWN = 5;

/** What happened since the visit before; what is shown of it counts as seen. */
export function useChanges() {
  const look = useLastLook();
  const query = look.since === null ? '' : `?since=${encodeURIComponent(look.since)}`;
  const answer = useAnswer<ChangesAnswer>(`/app/changes${query}`, EACH.minute);
  useNotedLooks(look, answer.data?.asOf);
  return { look, answer };
}

/** The same as a list; one line where nothing happened. */
export function Changes({ look, answer: { data, error } }: ReturnType<typeof useChanges>) {
  const { since } = look;
  if (data === undefined) {
    return <Line>{error === null ? words.common.loading : words.changes.unknown}</Line>;
  }
  if (data.items.length === 0) {
    if (since === null) return <Line>{words.changes.nothingFirst}</Line>;
    return (
      <Line>
        {words.changes.nothing} <Ago at={since} />
      </Line>
    );
  }
  return (
    <Panel
      title={since === null ? words.changes.firstTitle : words.changes.title}
      aside={
        <Group gap="sm">
          {since !== null && (
            <Text size="sm" c="dimmed" component="span">
              <Ago at={since} />
            </Text>
          )}
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<CheckCheck size={14} aria-hidden />}
            onClick={() => markSeen(look, data.asOf)}
          >
            {words.changes.seen}
          </Button>
        </Group>
      }
    >
      <ChangeList changes={data} />
    </Panel>
  );
}

function Line({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed" component="p" m={0}>
      {children}
    </Text>
  );
}

function ChangeList({ changes: { items, more } }: { changes: ChangesAnswer }) {
  const [all, setAll] = useState(false);
  const hidden = items.length - SHOWN;
  return (
    <>
      <ul className="changes">
        {(all ? items : items.slice(0, SHOWN)).map((change) => (
          <li key={`${change.at} ${lineOf(change)}`}>
            <span className="status-mark" data-tone={toneOf(change)} aria-hidden="true" />
            <div className="break">
              <Said change={change} />
            </div>
            <Text size="sm" c="dimmed" component="span">
              <When at={change.at} />
            </Text>
          </li>
        ))}
      </ul>
      {hidden > 0 && (
        <Button variant="subtle" size="compact-sm" mt={6} ml={12} onClick={() => setAll(!all)}>
          {all ? words.changes.less : words.changes.rest(hidden)}
        </Button>
      )}
      {more && (all || hidden <= 0) && <Line>{words.changes.leftOut}</Line>}
    </>
  );
}

function toneOf(change: Change): Tone {
  if (change.what === 'run') return change.failed > 0 || !change.balanced ? 'bad' : 'warn';
  if (change.what === 'alarm') return 'warn';
  return change.what === 'deploy' ? 'busy' : 'idle';
}

function lineOf(change: Change): string {
  switch (change.what) {
    case 'deploy':
      return words.changes.deploy(change.part, change.version, change.before);
    case 'alarm':
      return change.title;
    case 'run':
      return words.changes.run(change.runId);
    case 'action':
      return `${change.by} ${change.action} ${pairs(change.about)}`;
  }
}

function Said({ change }: { change: Change }) {
  const me = useSession().data?.email;
  if (change.what === 'deploy') return lineOf(change);
  if (change.what === 'alarm') {
    return (
      <>
        {change.title} <More>{change.text}</More>
      </>
    );
  }
  if (change.what === 'run') {
    const { runId, failed, of, balanced, warnings } = change;
    return (
      <>
        <Link href={`/runs/${runId}`}>{words.changes.run(runId)}</Link>{' '}
        {words.changes.ended(failed, of)}
        {!balanced && ` ${words.changes.unbalanced}`} <More>{warnings.join(' ')}</More>
      </>
    );
  }
  const { by, summary, times, about, counts } = change;
  return (
    <>
      {summary}
      {times > 1 && `, ${words.changes.times(times)}`}, {words.changes.by(by === me ? null : by)}{' '}
      <More>{[pairs(about), pairs(counts)].filter(Boolean).join(' · ')}</More>
    </>
  );
}

function More({ children }: { children: string }) {
  return children === '' ? null : <span className="dimmed">{children}</span>;
}
