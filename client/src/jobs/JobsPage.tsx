import { Text, TextInput } from '@mantine/core';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { Job } from '../api/shapes.ts';
import { Answer, Empty } from '../parts/Answer.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { IdLink } from '../parts/IdLink.tsx';
import { type Choosing, List } from '../parts/List.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Pager, usePage } from '../parts/Pager.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Took, When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { SEARCH_ID } from '../shell/useKeys.ts';
import { words } from '../words/words.ts';
import { ChosenJobs } from './ChosenJobs.tsx';
import { JOB_TONES, JobState } from './JobState.tsx';
import { readSearch, searchPath, withWord } from './search.ts';
import { type Selection, useSelection } from './useSelection.ts';

const STATES = Object.keys(JOB_TONES) as Job['status'][];
const { columns } = words.jobs;

/** Jobs, newest first, narrowed by one search box; the search stands in the address. */
export default function JobsPage() {
  const [params] = useSearchParams();
  const text = params.get('q') ?? '';
  const { params: asked, unknown } = readSearch(text);
  const search = new URLSearchParams(asked).toString();
  const path = `/app/jobs${search === '' ? '' : `?${search}`}`;
  return (
    <>
      <PageHead title={words.pages.jobs}>
        <CsvButton name="jobs" path={path} />
      </PageHead>
      <SearchBox text={text} unknown={unknown} focused={params.get('focus') === 'search'} />
      <nav className="tabs" aria-label={columns.status}>
        <State text={text} state={undefined} current={asked.status} />
        {STATES.map((state) => (
          <State key={state} text={text} state={state} current={asked.status} />
        ))}
      </nav>
      <JobList key={path} path={path} none={text === '' ? words.jobs.noneAtAll : words.jobs.none} />
    </>
  );
}

interface SearchBoxProps {
  text: string;
  unknown: string | null;
  focused: boolean;
}

function SearchBox({ text, unknown, focused }: SearchBoxProps) {
  const [, setParams] = useSearchParams();
  const [written, setWritten] = useState(text);
  const field = useRef<HTMLInputElement>(null);
  // A click on a state changes the search too.
  useEffect(() => setWritten(text), [text]);
  useEffect(() => {
    if (focused) field.current?.focus();
  }, [focused]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setParams(written.trim() === '' ? {} : { q: written.trim() });
      }}
    >
      <TextInput
        ref={field}
        id={SEARCH_ID}
        type="search"
        aria-label={words.jobs.search}
        placeholder={words.jobs.placeholder}
        leftSection={<Search size={16} aria-hidden />}
        description={words.jobs.help}
        inputWrapperOrder={['input', 'description', 'error']}
        error={unknown !== null && words.jobs.unknownWord(unknown)}
        spellCheck={false}
        autoCapitalize="off"
        value={written}
        onChange={(event) => setWritten(event.currentTarget.value)}
      />
    </form>
  );
}

interface StateProps {
  text: string;
  /** Undefined for all. */
  state: Job['status'] | undefined;
  current: string | undefined;
}

function State({ text, state, current }: StateProps) {
  return (
    <Link
      href={searchPath(withWord(text, 'status', state))}
      aria-current={state === current ? 'true' : undefined}
    >
      {state === undefined ? words.jobs.all : words.jobs.statuses[state]}
    </Link>
  );
}

interface JobListProps {
  /** The path of the list, with its filters. */
  path: string;
  none: string;
}

/** One page of the list; the selection stays while pages are turned and jobs change their states. */
function JobList({ path, none }: JobListProps) {
  const jobs = usePage<Job>(path);
  const mayAct = useMayAct();
  const selection = useSelection();
  return (
    <Panel title={words.pages.jobs} flush bare>
      {mayAct && <ChosenJobs selection={selection} path={path} />}
      <Answer of={jobs}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 ? (
              <Empty>{none}</Empty>
            ) : (
              <JobRows jobs={items} selection={mayAct ? selection : null} />
            )}
            <Pager next={nextCursor} />
          </>
        )}
      </Answer>
    </Panel>
  );
}

interface JobRowsProps {
  jobs: readonly Job[];
  /** Null for whoever may not choose. */
  selection: Selection | null;
}

function JobRows({ jobs, selection }: JobRowsProps) {
  const choosing: Choosing | undefined =
    selection === null
      ? undefined
      : {
          has: (id) => selection.chosen.has(id),
          toggle: (id, reach) => selection.toggle(jobs, id, reach),
          label: words.jobs.choose,
        };
  return (
    <List
      label={words.pages.jobs}
      rows={jobs}
      idOf={({ jobId }) => jobId}
      choosing={choosing}
      columns={[
        {
          name: columns.job,
          cell: ({ jobId }) => <IdLink to="jobs" id={jobId} />,
        },
        { name: words.jobs.labels.kind, cell: ({ kind }) => kind, wide: true },
        {
          name: columns.status,
          cell: ({ status }) => <JobState status={status} />,
        },
        {
          name: columns.run,
          cell: ({ runId }) =>
            runId === null ? words.common.none : <IdLink to="runs" id={runId} />,
          wide: true,
        },
        {
          name: columns.error,
          cell: ({ error }) =>
            error === null ? (
              words.common.none
            ) : (
              <Text span size="sm" className="cut" title={`${error.code}: ${error.message}`}>
                {error.code}
              </Text>
            ),
          wide: true,
        },
        {
          name: columns.queued,
          cell: ({ queuedAt }) => <When at={queuedAt} />,
          numeric: true,
          wide: true,
        },
        {
          name: columns.attempts,
          cell: ({ attempts }) => attempts,
          numeric: true,
          wide: true,
        },
        {
          name: columns.took,
          cell: ({ durationMs }) => <Took ms={durationMs} />,
          numeric: true,
          wide: true,
        },
      ]}
    />
  );
}
