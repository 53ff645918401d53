import { Group } from '@mantine/core';
import { Pause, Play, Zap } from 'lucide-react';
import { tell } from '../api/http.ts';
import type { HttpJob } from '../api/shapes.ts';
import { Act } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

const { destinations } = words;

/** Calls a job's address now; pauses or resumes its schedule. */
export function HttpJobActions({ job: { id, name, enabled, schedule } }: { job: HttpJob }) {
  const path = `/api/v1/http-jobs/${encodeURIComponent(id)}`;
  return (
    <Group gap="xs" justify="flex-end">
      <Act
        label={destinations.run}
        icon={Zap}
        text={destinations.runText(name)}
        act={() => tell(`${path}/run`)}
      />
      {schedule !== null &&
        (enabled ? (
          <Act
            label={destinations.pause}
            icon={Pause}
            text={destinations.pauseText(name)}
            act={() => tell(`${path}/pause`)}
          />
        ) : (
          <Act
            label={destinations.resume}
            icon={Play}
            text={destinations.resumeText(name)}
            act={() => tell(`${path}/resume`)}
          />
        ))}
    </Group>
  );
}
