import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../parts/Answer.tsx';
import { words } from '../words/words.ts';
import { useLogin } from './session.ts';

/** Asks who it is; afterwards the page of the present address is shown. */
export function LoginPage() {
  const login = useLogin();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  return (
    <main className="login">
      <Paper
        withBorder
        className="panel"
        p="xl"
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          login.mutate({ email, password });
        }}
      >
        <Stack gap="md">
          <div>
            <Title order={1}>{words.appName}</Title>
            <Text size="sm" c="dimmed">
              {words.login.hint}
            </Text>
          </div>
          <TextInput
            label={words.login.email}
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            data-autofocus
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={words.login.password}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {login.error !== null && <Problem error={login.error} />}
          <Button type="submit" loading={login.isPending}>
            {words.login.submit}
          </Button>
        </Stack>
      </Paper>
    </main>
  );
}
