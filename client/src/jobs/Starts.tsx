import { Progress, Text } from '@mantine/core';
import { EACH, useAnswer } from '../api/queries.ts';
import type { JobLog } from '../api/shapes.ts';
import { List } from '../parts/List.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Status, type Tone } from '../parts/Status.tsx';
import { Took, When } from '../parts/When.tsx';
import { words } from '../words/words.ts';

type Start = JobLog['attempts'][number];

const { starts } = words.jobs;
const TONES: Readonly<Record<Start['outcome'], Tone>> = {
  completed: 'good',
  failed: 'bad',
  'handed-back': 'idle',
  postponed: 'idle',
  cancelled: 'idle',
};

/** The last starts of a job with their outcomes, its progress, and the lines that its work logged. */
export function Starts({ jobId }: { jobId: string }) {
  const path = `/app/job-status/status/job/${encodeURIComponent(jobId)}/log`;
  const { data } = useAnswer<JobLog>(path, EACH.few);
  if (data === undefined) return null;
  const { attempts, lines, progress } = data;
  return (
    <>
      {attempts.length > 0 && (
        <Panel title={starts.title} flush>
          <List
            label={starts.title}
            rows={attempts}
            idOf={({ generation, start }) => `${generation}.${start}`}
            columns={[
              { name: starts.start, cell: ({ generation, start }) => `${generation}.${start}` },
              {
                name: starts.outcome,
                cell: ({ outcome }) => (
                  <Status tone={TONES[outcome]}>{starts.outcomes[outcome]}</Status>
                ),
              },
              { name: starts.error, cell: ({ error }) => errorText(error), wide: true },
              { name: starts.worker, cell: ({ worker }) => worker, wide: true },
              {
                name: starts.began,
                cell: ({ startedAt }) => <When at={startedAt} />,
                numeric: true,
              },
              { name: starts.took, cell: (start) => <Took ms={tookMs(start)} />, numeric: true },
            ]}
          />
        </Panel>
      )}
      {(lines.length > 0 || progress !== null) && (
        <Panel title={starts.said}>
          {progress !== null && (
            <Progress
              value={progress}
              aria-label={starts.progress}
              title={`${progress} %`}
              mb="sm"
            />
          )}
          {lines.map(({ at, text }) => (
            <Text key={`${at} ${text}`} size="sm" className="break">
              <span className="dimmed">
                <When at={at} />
              </span>{' '}
              {text}
            </Text>
          ))}
        </Panel>
      )}
    </>
  );
}

function errorText(error: Start['error']): string {
  return error === null ? words.common.none : `${error.code}: ${error.message}`;
}

function tookMs({ startedAt, endedAt }: Start): number | null {
  if (startedAt === null || endedAt === null) return null;
  return Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
}
