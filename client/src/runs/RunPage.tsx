import { Alert, Text } from '@mantine/core';
import { Ban, RotateCcw } from 'lucide-react';
import { Link } from 'wouter';
import { tell } from '../api/http.ts';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Page, Run } from '../api/shapes.ts';
import { FailureGroups } from '../failures/FailureGroups.tsx';
import { searchPath } from '../jobs/search.ts';
import { Act } from '../parts/Act.tsx';
import { Answer } from '../parts/Answer.tsx';
import { BalanceBar, sumInWords } from '../parts/BalanceBar.tsx';
import { clockTime } from '../parts/clock.ts';
import { Fact, Facts } from '../parts/Fact.tsx';
import { List } from '../parts/List.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel, PanelLink } from '../parts/Panel.tsx';
import { Status } from '../parts/Status.tsx';
import { Took, When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count, span } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { RunState, tookMs } from './RunState.tsx';

/** One run: its ledger, what failed, and how it compares with the one before. */
export default function RunPage({ runId }: { runId: string }) {
  const path = `/app/job-status/runs/${encodeURIComponent(runId)}`;
  const answer = useAnswer<Run>(path, EACH.second);
  return (
    <Answer of={answer}>
      {(run) => (
        <>
          <PageHead title={words.run.title(run.runId)} about={<Where run={run} />}>
            <Actions run={run} />
          </PageHead>
          {run.warnings.map((warning) => (
            <Alert key={warning} color="orange" variant="default" title={words.run.warnings}>
              {warning}
            </Alert>
          ))}
          <Panel title={words.run.ledger} aside={<Balance run={run} />}>
            <BalanceBar run={run} />
          </Panel>
          <div className="columns">
            <Panel title={words.run.facts}>
              <RunFacts run={run} />
            </Panel>
            <Compared run={run} />
          </div>
          <FailureGroups runId={run.runId} failed={run.failed} />
        </>
      )}
    </Answer>
  );
}

function Where({ run }: { run: Run }) {
  return (
    <>
      <RunState run={run} />
      {' · '}
      <Link href={searchPath(`run:${run.runId}`)}>{words.run.jobs}</Link>
    </>
  );
}

function Balance({ run }: { run: Run }) {
  return (
    <Text
      size="sm"
      component="div"
      title={run.balanced ? words.now.balanced : words.now.unbalanced}
    >
      <Status tone={run.balanced ? 'good' : 'bad'}>
        {`${sumInWords(run)} ${run.balanced ? '=' : '≠'} ${count(run.enumerated)}`}
      </Status>
    </Text>
  );
}

function RunFacts({ run }: { run: Run }) {
  return (
    <Facts>
      <Fact name={words.run.columns.trigger}>
        {words.run.triggers[run.trigger]}
        {run.schedule !== null && ` (${run.schedule})`}
      </Fact>
      <Fact name={words.run.slot}>
        <When at={run.slot} />
      </Fact>
      <Fact name={words.run.columns.started}>
        <When at={run.startedAt} />
      </Fact>
      <Fact name={words.run.ended}>
        <When at={run.finishedAt} />
      </Fact>
      <Fact name={words.run.columns.took}>
        <Took ms={tookMs(run)} />
      </Fact>
      <Fact name={words.jobs.labels.kind}>{run.kind}</Fact>
      <Fact name={words.run.mode}>{words.run.modes[run.mode]}</Fact>
      <Fact name={words.run.input}>
        <code>{JSON.stringify(run.input)}</code>
      </Fact>
      <Fact name={words.run.sequence}>{count(run.runSeq)}</Fact>
    </Facts>
  );
}

/** The run beside the one before it of the same kind. */
function Compared({ run }: { run: Run }) {
  const recent = useAnswer<Page<Run>>('/app/job-status/runs?limit=100', EACH.slow);
  const before = recent.data?.items.find(
    ({ runSeq, kind, status }) =>
      runSeq < run.runSeq && kind === run.kind && status === 'completed',
  );
  if (before === undefined) return null;
  const figures = [
    [words.run.columns.items, run.enumerated, before.enumerated, count],
    [words.run.columns.completed, run.completed, before.completed, count],
    [words.run.columns.failed, run.failed, before.failed, count],
    [words.run.columns.duplicates, run.duplicates, before.duplicates, count],
    [words.run.columns.took, tookMs(run), tookMs(before), span],
  ] as const;
  const link = <PanelLink to={`/runs/${before.runId}`}>{clockTime(before.startedAt)}</PanelLink>;
  return (
    <Panel title={words.run.compared} aside={link} flush>
      <List
        label={words.run.compared}
        rows={figures}
        idOf={([name]) => name}
        columns={[
          { name: words.run.metric, cell: ([name]) => name },
          { name: words.run.columns.run, cell: ([, now, , say]) => say(now), numeric: true },
          { name: words.run.before, cell: ([, , then, say]) => say(then), numeric: true },
          {
            name: words.run.change,
            cell: ([, now, then, say]) => change(now - then, say),
            numeric: true,
          },
        ]}
      />
    </Panel>
  );
}

function change(by: number, say: (value: number) => string): string {
  if (by === 0) return words.common.none;
  return `${by > 0 ? '+' : '−'}${say(Math.abs(by))}`;
}

function Actions({ run }: { run: Run }) {
  if (!useMayAct()) return null;
  const path = `/app/job-status/runs/${encodeURIComponent(run.runId)}`;
  const open = run.queued + run.delayed;
  return (
    <>
      {run.failed > 0 && (
        <Act
          label={words.run.retryFailed(run.failed)}
          icon={RotateCcw}
          text={words.run.retryFailedText(run.failed)}
          act={() =>
            tell<{ retried: number; skipped: number }>('/app/job-status/failed/retry', {
              runId: run.runId,
            })
          }
          done={({ retried, skipped }) => words.failures.retried(retried, skipped)}
        />
      )}
      {run.finishedAt === null && run.mode === 'queue' && (
        <Act
          label={words.run.cancel}
          icon={Ban}
          destructive
          text={words.run.cancelText(open)}
          act={() => tell(`${path}/cancel`)}
        />
      )}
    </>
  );
}
