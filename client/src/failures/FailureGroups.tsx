import { Group, Text } from '@mantine/core';
import { BellOff, BellRing, FlaskConical, RotateCcw } from 'lucide-react';
import { Link } from 'wouter';
import { tell } from '../api/http.ts';
import { EACH, useAnswer } from '../api/queries.ts';
import type { FailureGroups as GroupsAnswer } from '../api/shapes.ts';
import { searchPath } from '../jobs/search.ts';
import { Act, ActWithNote } from '../parts/Act.tsx';
import { Answer, Empty } from '../parts/Answer.tsx';
import { Fact, Facts } from '../parts/Fact.tsx';
import { Panel } from '../parts/Panel.tsx';
import { SaveRows } from '../parts/SaveRows.tsx';
import { When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count, many } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { retryRest } from './retryRest.ts';

type FailureGroup = GroupsAnswer['items'][number];

interface FailureGroupsProps {
  /** Only the failures of this run; all if absent. */
  runId?: string;
  /** How many jobs stand failed, if known: for 0 the API is not asked. */
  failed?: number;
}

/** Failed jobs by cause, and the trial: retry five, look, then the rest. */
export function FailureGroups({ runId, failed }: FailureGroupsProps) {
  const none = runId === undefined ? words.failures.none : words.run.noFailures;
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
            <Group justify="space-between">
              <Text size="xs" c="dimmed">
                {more ? words.failures.sampled(looked) : words.failures.all(looked)}
              </Text>
              <SaveRows name="failures" rows={items} />
            </Group>
          </>
        )
      }
    </Answer>
  );
}

function GroupPanel({ group, runId }: { group: FailureGroup; runId: string | undefined }) {
  const { code, jobs, users, firstAt, lastAt, texts, dismissed } = group;
  const within = runId === undefined ? '' : ` run:${runId}`;
  const search = `status:failed error:${code}${within}`;
  return (
    <Panel title={code} aside={<Actions group={group} runId={runId} />}>
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
        {dismissed !== null && (
          <Fact name={words.failures.dismissed}>
            {words.failures.dismissedBy(dismissed.by)} <When at={dismissed.at} />
            {dismissed.note !== '' && ` (“${dismissed.note}”)`}
            {lastAt > dismissed.at && `; ${words.failures.failedSince}`}
          </Fact>
        )}
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

interface ActionsProps {
  group: FailureGroup;
  runId: string | undefined;
}

function Actions({ group: { code, lastAt, dismissed }, runId }: ActionsProps) {
  if (!useMayAct()) return null;
  const isDismissed = dismissed !== null && lastAt <= dismissed.at;
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
      {isDismissed ? (
        <Act
          label={words.failures.recall}
          icon={BellRing}
          text={words.failures.recallText(code)}
          act={() => tell('/app/failures/recall', { code })}
        />
      ) : (
        <ActWithNote
          label={words.failures.dismiss}
          icon={BellOff}
          text={words.failures.dismissText(code)}
          act={(note) => tell('/app/failures/dismiss', { code, note })}
        />
      )}
    </Group>
  );
}
