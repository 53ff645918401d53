import { Group, Text } from '@mantine/core';
import { FlaskConical, RotateCcw } from 'lucide-react';
import { Link } from 'wouter';
import { tell } from '../api/http.ts';
import { EACH, useAnswer } from '../api/queries.ts';
import type { FailureGroups as GroupsAnswer } from '../api/shapes.ts';
import { searchPath } from '../jobs/search.ts';
import { Act } from '../parts/Act.tsx';
import { Answer, Empty } from '../parts/Answer.tsx';
import { Fact, Facts } from '../parts/Fact.tsx';
import { Panel } from '../parts/Panel.tsx';
import { When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count, many } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { retryRest } from './retryRest.ts';

type FailureGroup = GroupsAnswer['items'][number];

interface FailureGroupsProps {
  /** Of this run; of all if absent. */
  runId?: string;
  /** How many stand failed, for when none does. */
  failed?: number;
}

/** Failed jobs by cause, and the trial: retry five, look, then the rest. */
export function FailureGroups({ runId, failed }: FailureGroupsProps) {
  const none = runId === undefined ? words.failures.none : words.run.noFailures;
  // Without failures there is nothing to ask the API for.
  if (failed === 0) return <None>{none}</None>;
  return <Groups runId={runId} none={none} />;
}

function None({ children }: { children: string }) {
  return (
    <Panel title={words.run.failures} flush>
      <Empty>{children}</Empty>
    </Panel>
  );
}

function Groups({ runId, none }: { runId: string | undefined; none: string }) {
  const query = runId === undefined ? '' : `?runId=${encodeURIComponent(runId)}`;
  const groups = useAnswer<GroupsAnswer>(`/app/failures${query}`, EACH.few);
  return (
    <Answer of={groups}>
      {({ items, looked, more }) =>
        items.length === 0 ? (
          <None>{none}</None>
        ) : (
          <>
            {items.map((group) => (
              <GroupPanel key={group.code} group={group} runId={runId} />
            ))}
            <Text size="xs" c="dimmed">
              {more ? words.failures.sampled(looked) : words.failures.all(looked)}
            </Text>
          </>
        )
      }
    </Answer>
  );
}

function GroupPanel({ group, runId }: { group: FailureGroup; runId: string | undefined }) {
  const { code, jobs, users, firstAt, lastAt, texts } = group;
  const within = runId === undefined ? '' : ` run:${runId}`;
  const search = `status:failed error:${code}${within}`;
  return (
    <Panel title={code} aside={<Actions code={code} runId={runId} />}>
      <Facts>
        <Fact name={words.failures.jobs}>
          <Link href={searchPath(search)}>{many(jobs, 'job')}</Link>
          {users > 0 && `, ${many(users, 'user')}`}
        </Fact>
        <Fact name={words.failures.seen}>
          <When at={firstAt} />
          {firstAt !== lastAt && (
            <>
              {' – '}
              <When at={lastAt} />
            </>
          )}
        </Fact>
      </Facts>
      <ul className="causes">
        {texts.map(({ text, jobs: hits, example }) => (
          <li key={text}>
            <span className="numeric">{count(hits)}</span>
            <span className="break">{text === '' ? words.common.none : text}</span>
            <Link href={`/jobs/${example}`}>{words.failures.example}</Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Actions({ code, runId }: { code: string; runId: string | undefined }) {
  if (!useMayAct()) return null;
  const which = { code, ...(runId !== undefined && { runId }) };
  return (
    <Group gap="xs">
      <Act
        label={words.failures.trial}
        icon={FlaskConical}
        text={words.failures.trialText(code)}
        act={() =>
          tell<{ retried: number; skipped: number }>('/app/job-status/failed/retry', {
            ...which,
            limit: 5,
          })
        }
        done={({ retried, skipped }) => words.failures.retried(retried, skipped)}
      />
      <Act
        label={words.failures.rest}
        icon={RotateCcw}
        text={words.failures.restText(code)}
        act={() => retryRest(which)}
        done={({ retried, skipped }) => words.failures.retried(retried, skipped)}
      />
    </Group>
  );
}
