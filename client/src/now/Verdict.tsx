import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { Overview, Situation } from '../api/shapes.ts';
import { Fact, Facts } from '../parts/Fact.tsx';
import type { Tone } from '../parts/Status.tsx';
import { Ago } from '../parts/When.tsx';
import { ResumeQueue } from '../queues/actions.tsx';
import { StartSchedule } from '../schedules/actions.tsx';
import { useMayAct } from '../session/session.ts';
import { words } from '../words/words.ts';

const TONES: Record<Situation['level'], Tone> = {
  down: 'bad',
  warning: 'warn',
  notice: 'busy',
  well: 'good',
};

/** The one sentence that matters now, and what follows from it. */
export function Verdict({ overview }: { overview: Overview }) {
  const [worst, ...others] = overview.situations;
  if (worst === undefined) return null;
  const { sentence, ifNothing, todo, command } = words.situations(worst);
  return (
    <Paper component="section" withBorder className="panel" p="lg" aria-label={words.now.matter}>
      <div className="verdict" data-level={worst.level}>
        <div className="verdict-mark" data-tone={TONES[worst.level]} aria-hidden="true" />
        <Stack gap="sm">
          <h2 className="verdict-sentence">
            {sentence}
            {worst.level === 'notice' && others.length === 0 && ` ${words.now.elseWell}`}
          </h2>
          <Facts single>
            {worst.since !== null && worst.level !== 'well' && (
              <Fact name={words.now.since}>
                <Ago at={worst.since} />
              </Fact>
            )}
            {worst.affected !== null && worst.level !== 'well' && (
              <Fact name={words.now.affected}>{words.common.jobs(worst.affected)}</Fact>
            )}
            <Fact name={words.now.ifNothing}>{ifNothing}</Fact>
            <Fact name={words.now.safe}>
              <Stack gap={6} align="flex-start">
                {todo !== null && <span>{todo}</span>}
                {command !== null && <span className="command">{command}</span>}
                <SafeAction situation={worst} todo={todo} />
              </Stack>
            </Fact>
          </Facts>
        </Stack>
      </div>
      {others.length > 0 && (
        <>
          <Text size="sm" c="dimmed" mt="md" mb={2}>
            {words.now.also}
          </Text>
          <ul className="also">
            {others.map((other) => (
              <li key={`${other.code} ${other.subject}`}>
                <span className="status-mark" data-tone={TONES[other.level]} aria-hidden="true" />
                <span>{words.situations(other).sentence}</span>
                <Action situation={other} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Paper>
  );
}

function SafeAction({ situation, todo }: { situation: Situation; todo: string | null }) {
  const action = <Action situation={situation} />;
  if (hasAction(situation)) return action;
  return todo === null ? <span>{words.now.nothingToDo}</span> : null;
}

function hasAction({ code }: Situation): boolean {
  return [
    'queue-paused',
    'schedule-stopped',
    'run-failing',
    'run-unbalanced',
    'jobs-failed',
    'run-warned',
    'slot-missed',
    'run-goes-on',
  ].includes(code);
}

/** The click that does it, or that leads to where it is done. */
function Action({ situation }: { situation: Situation }) {
  const mayAct = useMayAct();
  const { code, subject } = situation;
  if (subject !== null && code === 'queue-paused') {
    return mayAct ? <ResumeQueue queue={subject} /> : <Look to="/queues" page="queues" />;
  }
  if (subject !== null && code === 'schedule-stopped') {
    return mayAct ? (
      <StartSchedule schedule={subject} />
    ) : (
      <Look to="/schedules" page="schedules" />
    );
  }
  if (code === 'run-failing' || code === 'jobs-failed') {
    return <Look to="/failures" page="failures" />;
  }
  if (subject !== null && ['run-unbalanced', 'run-warned', 'run-goes-on'].includes(code)) {
    return <Look to={`/runs/${subject}`} page="run" />;
  }
  if (code === 'slot-missed') return <Look to="/schedules" page="schedules" />;
  return null;
}

function Look({ to, page }: { to: string; page: keyof typeof words.now.look }) {
  return (
    <Group>
      <Button component={Link} href={to} variant="default" size="xs">
        {words.now.look[page]}
      </Button>
    </Group>
  );
}
