import { Link } from 'wouter';
import type { Run } from '../api/shapes.ts';
import { Answer, Empty } from '../parts/Answer.tsx';
import { BalanceBar } from '../parts/BalanceBar.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { List } from '../parts/List.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Pager, usePage } from '../parts/Pager.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Took, When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { RunState, tookMs } from './RunState.tsx';
import { StartRun } from './StartRun.tsx';

const { columns } = words.run;

/** The runs, newest first. */
export default function RunsPage() {
  const runs = usePage<Run>('/app/job-status/runs', 25);
  const mayAct = useMayAct();
  return (
    <>
      <PageHead title={words.pages.runs}>
        <CsvButton name="runs" path="/app/job-status/runs" />
        {mayAct && <StartRun />}
      </PageHead>
      <Panel title={words.pages.runs} flush bare>
        <Answer of={runs}>
          {({ items, nextCursor }) =>
            items.length === 0 ? (
              <Empty>{words.run.none}</Empty>
            ) : (
              <>
                <List
                  label={words.pages.runs}
                  rows={items}
                  idOf={({ runId }) => runId}
                  columns={[
                    {
                      name: columns.started,
                      cell: ({ runId, startedAt }) => (
                        <Link href={`/runs/${runId}`}>
                          <When at={startedAt} />
                        </Link>
                      ),
                    },
                    {
                      name: columns.status,
                      cell: (run) => <RunState run={run} />,
                    },
                    {
                      name: columns.trigger,
                      cell: ({ trigger }) => words.run.triggers[trigger],
                      wide: true,
                    },
                    {
                      name: columns.items,
                      cell: (run) => (
                        <div className="run-bar">
                          <BalanceBar run={run} legend={false} />
                        </div>
                      ),
                      wide: true,
                    },
                    {
                      name: columns.completed,
                      cell: ({ completed }) => count(completed),
                      numeric: true,
                    },
                    { name: columns.failed, cell: ({ failed }) => count(failed), numeric: true },
                    {
                      name: columns.duplicates,
                      cell: ({ duplicates }) => count(duplicates),
                      numeric: true,
                      wide: true,
                    },
                    {
                      name: columns.took,
                      cell: (run) => <Took ms={tookMs(run)} />,
                      numeric: true,
                    },
                  ]}
                />
                <Pager next={nextCursor} />
              </>
            )
          }
        </Answer>
      </Panel>
    </>
  );
}
