import { Group } from '@mantine/core';
import { Ear, EarOff, Power } from 'lucide-react';
import { tell } from '../api/http.ts';
import type { Worker } from '../api/shapes.ts';
import { Act } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

const { workers } = words;

/** Quiets one worker or lets it work again; stops it. */
export function WorkerActions({ worker }: { worker: Worker }) {
  const path = `/app/workers/${encodeURIComponent(worker.worker)}`;
  const name = `${worker.host}:${worker.pid}`;
  if (worker.asked?.order === 'stop') return null;
  return (
    <Group gap="xs" justify="flex-end">
      {worker.quiet || worker.asked?.order === 'quiet' ? (
        <Act
          label={workers.work}
          icon={Ear}
          text={workers.workText(name)}
          act={() => tell(`${path}/work`)}
        />
      ) : (
        <Act
          label={workers.quiet}
          icon={EarOff}
          text={workers.quietText(name, worker.runningJobs)}
          act={() => tell(`${path}/quiet`)}
        />
      )}
      <Act
        label={workers.stop}
        icon={Power}
        destructive
        text={workers.stopText(name, worker.runningJobs)}
        act={() => tell(`${path}/stop`)}
      />
    </Group>
  );
}
