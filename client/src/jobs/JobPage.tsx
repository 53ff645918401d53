import { Text } from '@mantine/core';
import { Ban, RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { tell } from '../api/http.ts';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Job, JobHistory } from '../api/shapes.ts';
import { Act } from '../parts/Act.tsx';
import { Answer } from '../parts/Answer.tsx';
import { Fact, Facts } from '../parts/Fact.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Prose } from '../parts/Prose.tsx';
import type { Tone } from '../parts/Status.tsx';
import { When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count, span } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { JOB_TONES, JobState, OPEN } from './JobState.tsx';
import { Starts } from './Starts.tsx';
import { searchPath } from './search.ts';

const { labels } = words.jobs;

/** One job: why it does not run, or what became of it, and what can be done. */
export default function JobPage({ jobId }: { jobId: string }) {
  const id = encodeURIComponent(jobId);
  const answer = useAnswer<Job>(`/app/job-status/status/job/${id}`, EACH.few);
  const why = useAnswer<{ why: string }>(`/app/job-status/why/${id}`, EACH.few);
  const history = useAnswer<JobHistory>(`/app/job-status/status/job/${id}/history`, EACH.few);
  return (
    <Answer of={answer}>
      {(job) => (
        <>
          <PageHead title={`${words.jobs.title} ${job.kind}`} about={<Where job={job} />}>
            <Actions job={job} />
          </PageHead>
          <Panel title={words.jobs.why}>
            <Text fw={500}>
              <Prose text={why.data?.why ?? '…'} />
            </Text>
          </Panel>
          <div className="columns">
            <Panel title={words.jobs.facts}>
              <JobFacts job={job} />
            </Panel>
            <Panel title={words.jobs.timeline}>
              <Timeline job={job} />
            </Panel>
          </div>
          <Starts jobId={jobId} />
          {history.data !== undefined && <Attempts history={history.data} />}
          <Panel title={words.jobs.result}>
            {job.result === null ? (
              <Text size="sm" c="dimmed">
                {words.jobs.noResult}
              </Text>
            ) : (
              <pre>{JSON.stringify(job.result, null, 2)}</pre>
            )}
          </Panel>
        </>
      )}
    </Answer>
  );
}

function Where({ job }: { job: Job }) {
  return (
    <>
      <JobState status={job.status} />
      {' · '}
      <span className="mono">{job.jobId}</span>
    </>
  );
}

function JobFacts({ job }: { job: Job }) {
  const { runId, userId, key, unique, worker, liveState, duplicateOf, priority, runAt } = job;
  return (
    <Facts>
      <Fact name={labels.queue}>{job.queue}</Fact>
      {runId !== null && (
        <Fact name={labels.run}>
          <Link href={`/runs/${runId}`} className="mono">
            {runId}
          </Link>
        </Fact>
      )}
      {userId !== null && (
        <Fact name={labels.user}>
          <span className="mono">{userId}</span>{' '}
          <Link href={searchPath(`user:${userId}`)}>{words.jobs.ofUser}</Link>
        </Fact>
      )}
      <Fact name={labels.attempts}>{count(job.attempts)}</Fact>
      <Fact name={labels.starts}>{count(job.starts)}</Fact>
      <Fact name={labels.generation}>{count(job.generation)}</Fact>
      <Optional name={labels.due}>{runAt && <When at={runAt} />}</Optional>
      <Optional name={labels.key}>{key}</Optional>
      <Optional name={labels.unique}>{unique}</Optional>
      <Optional name={labels.priority}>{priority}</Optional>
      <Optional name={labels.live}>{liveState}</Optional>
      <Optional name={labels.worker}>{worker && <span className="mono">{worker}</span>}</Optional>
      <Optional name={labels.duplicateOf}>
        {duplicateOf && (
          <Link href={`/jobs/${duplicateOf}`} className="mono">
            {duplicateOf}
          </Link>
        )}
      </Optional>
    </Facts>
  );
}

/** A fact that not every job has. */
function Optional({ name, children }: { name: string; children: ReactNode }) {
  return children === null ? null : <Fact name={name}>{children}</Fact>;
}

function Timeline({ job }: { job: Job }) {
  const { events } = words.jobs;
  const { queuedAt, runAt, startedAt, finishedAt, status, durationMs } = job;
  const steps = [
    { name: events.queued, at: queuedAt, tone: 'idle', after: null },
    { name: events.due, at: runAt, tone: 'idle', after: null },
    { name: events.started, at: startedAt, tone: 'busy', after: between(queuedAt, startedAt) },
    { name: events.finished, at: finishedAt, tone: JOB_TONES[status], after: durationMs },
  ] satisfies { name: string; at: string | null; tone: Tone; after: number | null }[];
  return (
    <ol className="timeline">
      {steps.map(({ name, at, tone, after }) =>
        at === null ? null : (
          <li key={name}>
            <span className="status-mark" data-tone={tone} aria-hidden="true" />
            <span className="dimmed">{name}</span>
            <span>
              <When at={at} />{' '}
              {after !== null && <span className="dimmed">{events.waited(span(after))}</span>}
            </span>
          </li>
        ),
      )}
    </ol>
  );
}

function between(from: string, to: string | null): number | null {
  return to === null ? null : Math.max(0, Date.parse(to) - Date.parse(from));
}

function Attempts({ history }: { history: JobHistory }) {
  const generations = [...history.earlier, { ...history, finishedAt: null }].filter(
    ({ attempts }) => attempts.length > 0,
  );
  return (
    <Panel title={words.jobs.attempts}>
      {generations.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.jobs.noAttempts}
        </Text>
      ) : (
        generations.map(({ generation, attempts }) => (
          <div key={generation} className="generation">
            <Text size="sm" c="dimmed">
              {words.jobs.generation(generation)}
            </Text>
            <ol>
              {attempts.map((attempt, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: an attempt is its place, and none is ever taken out.
                <li key={place} className="break">
                  {attempt}
                </li>
              ))}
            </ol>
          </div>
        ))
      )}
    </Panel>
  );
}

function Actions({ job }: { job: Job }) {
  if (!useMayAct()) return null;
  const path = `/app/job-status/job/${encodeURIComponent(job.jobId)}`;
  return (
    <>
      {job.status === 'failed' && (
        <Act
          label={words.jobs.retry}
          icon={RotateCcw}
          variant="filled"
          text={words.jobs.retryText}
          act={() => tell(`${path}/retry`)}
          done={() => words.jobs.retried}
        />
      )}
      {OPEN.includes(job.status) && (
        <Act
          label={words.jobs.cancel}
          icon={Ban}
          destructive
          text={words.jobs.cancelText}
          act={() => tell(`${path}/cancel`)}
        />
      )}
    </>
  );
}
