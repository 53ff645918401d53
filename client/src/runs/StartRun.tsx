import { Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { tell } from '../api/http.ts';
import { Act } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

/** Begins a run by hand and goes to its page. */
export function StartRun() {
  const [, goTo] = useLocation();
  const [users, setUsers] = useState('');
  const [asOf, setAsOf] = useState('');
  const [backfill, setBackfill] = useState(false);
  const userIds = users.split(/[\s,;]+/).filter((user) => user !== '');
  const whom = userIds.length === 0 ? words.run.startAll : words.run.startUsers(userIds.length);
  return (
    <Act
      label={words.run.start}
      icon={Play}
      variant="filled"
      text={words.run.startText(whom)}
      act={() =>
        tell<{ runId: string }>('/app/job-status/runs', {
          ...(userIds.length > 0 && { userIds }),
          ...(asOf !== '' && { asOf }),
          ...(backfill && { backfill }),
        })
      }
      done={({ runId }) => {
        goTo(`/runs/${runId}`);
        return words.run.started;
      }}
    >
      <Stack gap="sm">
        <Textarea
          label={words.run.users}
          rows={3}
          value={users}
          onChange={(event) => setUsers(event.currentTarget.value)}
        />
        <TextInput
          label={words.run.asOf}
          type="date"
          value={asOf}
          onChange={(event) => setAsOf(event.currentTarget.value)}
        />
        <Switch
          label={words.run.backfill}
          checked={backfill}
          onChange={(event) => setBackfill(event.currentTarget.checked)}
        />
      </Stack>
    </Act>
  );
}
