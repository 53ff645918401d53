import { Button, type ButtonProps, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ANSWERS_KEY } from '../api/queries.ts';
import { words } from '../words/words.ts';
import { Problem } from './Answer.tsx';
import { say } from './said.ts';

interface ActProps<Answer> {
  label: string;
  /** On the button that does it, if not the label. */
  submit?: string;
  icon: LucideIcon;
  /** What it will do and hit, said before. */
  text: ReactNode;
  /** What is to be filled in. */
  children?: ReactNode;
  /** Something is lost by it. */
  destructive?: boolean;
  act(): Promise<Answer>;
  /** What is said when it is done. */
  done?(answer: Answer): string;
  variant?: ButtonProps['variant'];
}

/** A button that says what it will do before it does it, and afterwards what was done. */
export function Act<Answer>(props: ActProps<Answer>) {
  const {
    label,
    icon: Icon,
    text,
    children,
    destructive = false,
    act,
    done,
    variant = 'default',
  } = props;
  const [open, setOpen] = useState(false);
  const queries = useQueryClient();
  const doing = useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      setOpen(false);
      say(done?.(answer) ?? words.common.done);
      return queries.invalidateQueries({ queryKey: ANSWERS_KEY });
    },
  });
  function close() {
    if (doing.isPending) return;
    doing.reset();
    setOpen(false);
  }
  return (
    <>
      <Button
        variant={variant}
        size="xs"
        leftSection={<Icon size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title={label}
        closeButtonProps={{ 'aria-label': words.common.close }}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            doing.mutate();
          }}
        >
          <Stack gap="md">
            <Text size="sm" component="div">
              {text}
            </Text>
            {children}
            {doing.error !== null && <Problem error={doing.error} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                {words.common.cancel}
              </Button>
              <Button
                type="submit"
                color={destructive ? 'red.9' : 'indigo'}
                loading={doing.isPending}
                data-autofocus={children === undefined ? true : undefined}
              >
                {props.submit ?? label}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

type ActWithNoteProps<Answer> = Pick<ActProps<Answer>, 'label' | 'icon' | 'text' | 'done'> & {
  act(note: string): Promise<Answer>;
};

/** The same, with a field for a note to those who later see what was done. */
export function ActWithNote<Answer>({ act, ...props }: ActWithNoteProps<Answer>) {
  const [note, setNote] = useState('');
  return (
    <Act {...props} act={() => act(note)}>
      <TextInput
        label={words.common.note}
        maxLength={500}
        data-autofocus
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Act>
  );
}
