import { Paper, Stack, Text } from '@mantine/core';
import { Fact, Facts } from '../parts/Fact.tsx';
import type { Tone } from '../parts/Status.tsx';
import { Ago } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { words } from '../words/words.ts';
import { Command, SafeAction } from './SafeAction.tsx';
import { type Matter, type Way, wayOf } from './situations.ts';

const TONES: Record<Matter['level'], Tone> = {
  down: 'bad',
  warning: 'warn',
  notice: 'busy',
  well: 'good',
};

interface VerdictProps {
  matters: readonly Matter[];
  /** It was so at a moment that has passed: what was safe then may not be safe now, so nothing can be clicked. */
  past?: boolean;
}

/** The one sentence that matters, and what follows from it. */
export function Verdict({ matters, past = false }: VerdictProps) {
  const mayAct = useMayAct();
  const [worst, ...others] = matters;
  if (worst === undefined) return null;
  const { sentence, ifNothing, todo, command } = words.situations(worst);
  const way = past ? null : wayOf(worst, mayAct);
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
            {!past && (
              <Fact name={words.now.safe}>
                <Stack gap={6} align="flex-start">
                  {todo !== null && <span>{todo}</span>}
                  {command !== null && <Command>{command}</Command>}
                  {way !== null && <SafeAction way={way} />}
                  {way === null && todo === null && <span>{words.now.nothingToDo}</span>}
                </Stack>
              </Fact>
            )}
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
              <Also
                key={`${other.code} ${other.subject}`}
                matter={other}
                way={past ? null : wayOf(other, mayAct)}
              />
            ))}
          </ul>
        </>
      )}
    </Paper>
  );
}

function Also({ matter, way }: { matter: Matter; way: Way | null }) {
  return (
    <li>
      <span className="status-mark" data-tone={TONES[matter.level]} aria-hidden="true" />
      <span>{words.situations(matter).sentence}</span>
      {way !== null && <SafeAction way={way} />}
    </li>
  );
}
