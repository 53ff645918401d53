import { Group, Text } from '@mantine/core';
import { useRef } from 'react';
import type { Overview, Run } from '../api/shapes.ts';
import { BalanceBar, sumInWords } from '../parts/BalanceBar.tsx';
import { clockTime } from '../parts/clock.ts';
import { Panel, PanelLink } from '../parts/Panel.tsx';
import { Status } from '../parts/Status.tsx';
import { Ago, Took } from '../parts/When.tsx';
import { tookMs } from '../runs/RunState.tsx';
import { wholeSpan } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { paceOf, type Sample } from './pace.ts';

/** The current run, or the last: how far it is, how fast, and that it balances. */
export function RunNow({ overview }: { overview: Overview }) {
  const run = overview.runs.find(({ finishedAt }) => finishedAt === null) ?? overview.runs[0];
  if (run === undefined) {
    return (
      <Panel title={words.now.lastRun}>
        <Text size="sm" c="dimmed">
          {words.now.noRun}
        </Text>
      </Panel>
    );
  }
  const isOpen = run.finishedAt === null;
  const id = (
    <PanelLink to={`/runs/${run.runId}`}>
      <span className="mono" title={run.runId}>
        {run.runId}
      </span>
    </PanelLink>
  );
  return (
    <Panel title={isOpen ? words.now.run : words.now.lastRun} aside={id}>
      <BalanceBar run={run} />
      <Group justify="space-between" gap="xs" mt="sm">
        <Text size="sm" c="dimmed" component="div">
          {isOpen ? <Pace overview={overview} run={run} /> : <Ended run={run} />}
        </Text>
        <Truth run={run} asOf={overview.asOf} />
      </Group>
    </Panel>
  );
}

function Ended({ run }: { run: Run }) {
  return (
    <>
      {words.run.ended} <Ago at={run.finishedAt} />, <Took ms={tookMs(run)} />
    </>
  );
}

function Pace({ overview, run }: { overview: Overview; run: Run }) {
  const samples = useRef<{ runId: string; kept: Sample[] }>({ runId: '', kept: [] });
  const ended = run.completed + run.failed + run.cancelled;
  const at = Date.parse(overview.asOf);
  if (samples.current.runId !== run.runId) samples.current = { runId: run.runId, kept: [] };
  const { kept } = samples.current;
  if (kept.at(-1)?.at !== at) samples.current.kept = [...kept.slice(-29), { at, ended }];
  const pace = paceOf(samples.current.kept, run.queued + run.active + run.delayed);
  if (pace === null) return <>{words.run.statuses[run.status]}</>;
  const next = overview.schedules.find(({ schedule }) => schedule === run.schedule)?.next ?? null;
  const late = next !== null && at + pace.leftMs > Date.parse(next);
  const left = wholeSpan(pace.leftMs);
  return (
    <>
      {words.now.rate(pace.perSecond)}, {late ? words.now.etaLate(left) : words.now.eta(left)}
    </>
  );
}

/** The run's equation, as it is recomputed with each look. */
function Truth({ run, asOf }: { run: Run; asOf: string }) {
  const title = words.now.equation(sumInWords(run), run.enumerated, clockTime(asOf));
  return (
    <Text size="sm" component="div" title={title}>
      <Status tone={run.balanced ? 'good' : 'bad'}>
        {run.balanced ? words.now.balanced : words.now.unbalanced}
      </Status>
    </Text>
  );
}
