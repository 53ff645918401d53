import { Alert, Skeleton, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/http.ts';
import { words } from '../words/words.ts';

interface AnswerProps<Data> {
  of: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}

/** What the API answered, once it has; before that its place is held, and a refusal is told in its own words. */
export function Answer<Data>({ of, children }: AnswerProps<Data>) {
  // An older answer stays while the API is away: the head of the page says how old it is.
  if (of.data !== undefined) return children(of.data);
  if (of.error !== null) return <Problem error={of.error} />;
  return (
    <Stack gap="sm" p="md" aria-busy="true" aria-label={words.common.loading}>
      <Skeleton height={14} width="60%" />
      <Skeleton height={14} width="85%" />
      <Skeleton height={14} width="40%" />
    </Stack>
  );
}

/** Why something was refused or could not be had. */
export function Problem({ error }: { error: unknown }) {
  const { message, requestId } =
    error instanceof ApiError ? error : { message: String(error), requestId: undefined };
  return (
    <Alert color="red" variant="default" icon={<CircleAlert aria-hidden />} role="alert" m="md">
      <Text size="sm">{message === '' ? words.common.noAnswer : message}</Text>
      {requestId !== undefined && (
        <Text size="xs" c="dimmed">
          {words.common.requestId(requestId)}
        </Text>
      )}
    </Alert>
  );
}

/** What stands where a list is empty. */
export function Empty({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed" p="md">
      {children}
    </Text>
  );
}
