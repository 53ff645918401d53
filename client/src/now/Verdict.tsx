import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
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
  const mayAct = useMayAct();
  const [worst, ...others] = overview.situations;
  if (worst === undefined) return null;
  const { sentence, ifNothing, todo, command } = words.situations(worst);
  const action = actionFor(worst, mayAct);
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
                {action}
                {action === null && todo === null && <span>{words.now.nothingToDo}</span>}
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
                {actionFor(other, mayAct)}
              </li>
            ))}
          </ul>
        </>
      )}
    </Paper>
  );
}

/** The click that does it, or that leads to where it is done; null if there is none. */
function actionFor({ code, subject }: Situation, mayAct: boolean): ReactNode {
  switch (code) {
    case 'queue-paused':
      if (mayAct && subject !== null) return <ResumeQueue queue={subject} />;
      return <Look to="/queues" page="queues" />;
    case 'schedule-stopped':
      if (mayAct && subject !== null) return <StartSchedule schedule={subject} />;
      return <Look to="/schedules" page="schedules" />;
    case 'slot-missed':
      return <Look to="/schedules" page="schedules" />;
    case 'run-failing':
    case 'jobs-failed':
      return <Look to="/failures" page="failures" />;
    case 'run-unbalanced':
    case 'run-warned':
    case 'run-goes-on':
      return <Look to={`/runs/${subject}`} page="run" />;
    default:
      return null;
  }
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
