import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { words } from '../words/words.ts';
import { Problem } from './Answer.tsx';
import { say } from './said.ts';

interface ActProps<Answer> {
  label: string;
  /** On the button that does it, if not the label. */
  submit?: string;
  icon?: ReactNode;
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
  size?: ButtonProps['size'];
}

/** A button that says what it will do before it does it, and afterwards what was done. */
export function Act<Answer>(props: ActProps<Answer>) {
  const {
    label,
    icon,
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
      return queries.invalidateQueries({ queryKey: ['answer'] });
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
        size={props.size ?? 'xs'}
        leftSection={icon}
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
                color={destructive ? 'red' : 'indigo'}
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
