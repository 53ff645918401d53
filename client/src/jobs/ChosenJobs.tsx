import { Button, Group, Progress, Text } from '@mantine/core';
import { Ban, ListChecks, type LucideIcon, RotateCcw, X } from 'lucide-react';
import { useState } from 'react';
import type { Job } from '../api/shapes.ts';
import { Act } from '../parts/Act.tsx';
import { AllPagesButton } from '../parts/AllPagesButton.tsx';
import { say } from '../parts/said.ts';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { actOnEach } from './actOnEach.ts';
import { OPEN } from './JobState.tsx';
import type { Selection } from './useSelection.ts';

interface ChosenJobsProps {
  selection: Selection;
  /** The path of the list, with its filters. */
  path: string;
}

/** What can be done with the jobs that are chosen, and the way to choose all that match. */
export function ChosenJobs({ selection, path }: ChosenJobsProps) {
  const { chosen, choose } = selection;
  const ids = (states: readonly Job['status'][]) =>
    [...chosen].flatMap(([id, status]) => (states.includes(status) ? [id] : []));
  const chooseNone = () => choose([]);
  const failed = ids(['failed']);
  const open = ids(OPEN);
  return (
    <Group gap="xs" p="sm" className="chosen">
      <AllPagesButton<Job>
        label={words.jobs.chooseAll}
        icon={ListChecks}
        path={path}
        done={(items, more) => {
          choose(items);
          if (more) say(words.jobs.choseFirst(items.length));
        }}
      />
      {chosen.size > 0 && (
        <>
          <Text size="sm" role="status">
            {words.jobs.chosen(chosen.size)}
          </Text>
          {failed.length > 0 && (
            <OnEach
              action="retry"
              ids={failed}
              after={chooseNone}
              icon={RotateCcw}
              label={words.jobs.retryChosen(failed.length)}
              text={words.jobs.retryChosenText(failed.length)}
            />
          )}
          {open.length > 0 && (
            <OnEach
              action="cancel"
              ids={open}
              after={chooseNone}
              icon={Ban}
              label={words.jobs.cancelChosen(open.length)}
              text={words.jobs.cancelChosenText(open.length)}
            />
          )}
          <Button
            variant="subtle"
            size="xs"
            leftSection={<X size={14} aria-hidden />}
            onClick={chooseNone}
          >
            {words.jobs.chooseNone}
          </Button>
        </>
      )}
    </Group>
  );
}

interface OnEachProps {
  action: 'retry' | 'cancel';
  ids: readonly string[];
  after(): void;
  icon: LucideIcon;
  label: string;
  text: string;
}

function OnEach({ action, ids, after, ...said }: OnEachProps) {
  const [looked, setLooked] = useState<number | null>(null);
  return (
    <Act
      {...said}
      destructive={action === 'cancel'}
      act={async () => {
        const outcome = await actOnEach(ids, action, setLooked).finally(() => setLooked(null));
        after();
        return outcome;
      }}
      done={({ done, refused }) => words.jobs.doneChosen(done, [...refused])}
    >
      {looked !== null && (
        <div>
          <Progress value={(looked / ids.length) * 100} aria-label={said.label} />
          <Text size="xs" c="dimmed" mt={4}>
            {words.jobs.looked(count(looked), count(ids.length))}
          </Text>
        </div>
      )}
    </Act>
  );
}
