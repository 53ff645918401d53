import { Group, SimpleGrid, Text } from '@mantine/core';
import { CalendarDays } from 'lucide-react';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Schedule } from '../api/shapes.ts';
import { Answer, Empty } from '../parts/Answer.tsx';
import { clockTime } from '../parts/clock.ts';
import { Disclosure } from '../parts/Disclosure.tsx';
import { Fact, Facts } from '../parts/Fact.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Ago, Took, When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { words } from '../words/words.ts';
import { StartSchedule, StopSchedule, TriggerSchedule } from './actions.tsx';
import { expressionInWords } from './expression.ts';
import { ScheduleState, Slots } from './Slots.tsx';

/** The Cron Job Monitor: which schedules run, what became of their slots, and when they are due. */
export default function SchedulesPage() {
  const schedules = useAnswer<{ items: Schedule[] }>('/app/schedules', EACH.few);
  const items = schedules.data?.items ?? [];
  const running = items.filter(({ heldUntil }) => heldUntil === null).length;
  return (
    <>
      <PageHead
        title={words.pages.schedules}
        about={schedules.data && words.schedules.running(running, items.length)}
      />
      <Answer of={schedules}>
        {() =>
          items.length === 0 ? (
            <Empty>{words.schedules.none}</Empty>
          ) : (
            items.map((schedule) => <SchedulePanel key={schedule.schedule} schedule={schedule} />)
          )
        }
      </Answer>
    </>
  );
}

function SchedulePanel({ schedule }: { schedule: Schedule }) {
  const { expression, timezone, hold, heldUntil, slots } = schedule;
  const last = slots.findLast(({ durationMs }) => durationMs !== null);
  return (
    <Panel title={schedule.schedule} aside={<Actions schedule={schedule} />}>
      <Group gap="lg" mb="sm">
        <Text size="sm" component="div">
          <ScheduleState schedule={schedule} />
        </Text>
        {heldUntil !== null && (
          <Text size="sm" component="div">
            {words.schedules.stoppedBy(hold?.by ?? words.common.unknown)}{' '}
            {heldUntil.startsWith('9999')
              ? words.schedules.untilStarted
              : words.schedules.until(clockTime(heldUntil))}
            {hold?.why ? ` (“${hold.why}”)` : ''}
          </Text>
        )}
      </Group>
      <Facts>
        <Fact name={words.schedules.expression}>
          {expression === null ? (
            words.common.unknown
          ) : (
            <>
              {expressionInWords(expression, words.schedules)}{' '}
              <span className="mono dimmed">{expression}</span>{' '}
              <span className="dimmed">{timezone}</span>
            </>
          )}
        </Fact>
        <Fact name={words.schedules.next}>
          <When at={schedule.next} /> <Ago at={schedule.next} />
        </Fact>
        <Fact name={words.schedules.last}>
          <Took ms={last?.durationMs ?? null} />
        </Fact>
      </Facts>
      <Text size="xs" c="dimmed" mt="sm" mb={6}>
        {words.schedules.outcomes}. {words.schedules.legend}
      </Text>
      <Slots slots={slots} />
      <Disclosure
        label={words.schedules.showWeek}
        icon={CalendarDays}
        variant="subtle"
        size="compact-xs"
      >
        <Week schedule={schedule.schedule} />
      </Disclosure>
    </Panel>
  );
}

function Week({ schedule }: { schedule: string }) {
  const path = `/app/schedules/${encodeURIComponent(schedule)}/preview`;
  const preview = useAnswer<{ slots: string[] }>(path, EACH.slow);
  return (
    <Answer of={preview}>
      {({ slots }) => (
        <>
          <Text size="xs" c="dimmed" my="xs">
            {slots.length === 200
              ? words.schedules.weekMore
              : words.schedules.weekText(slots.length)}
          </Text>
          <SimpleGrid cols={{ base: 2, sm: 4, lg: 6 }} spacing={4} verticalSpacing={2}>
            {slots.map((slot) => (
              <Text size="xs" key={slot}>
                <When at={slot} />
              </Text>
            ))}
          </SimpleGrid>
        </>
      )}
    </Answer>
  );
}

function Actions({ schedule: { schedule, heldUntil, kind } }: { schedule: Schedule }) {
  if (!useMayAct()) return null;
  return (
    <Group gap="xs">
      {kind === 'user-data' && <TriggerSchedule schedule={schedule} />}
      {heldUntil === null ? (
        <StopSchedule schedule={schedule} />
      ) : (
        <StartSchedule schedule={schedule} />
      )}
    </Group>
  );
}
