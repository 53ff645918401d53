import { Kbd, Modal, Table } from '@mantine/core';
import { words } from '../words/words.ts';

/** What `?` shows. */
export function KeysHelp({ opened, onClose }: { opened: boolean; onClose(): void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.keys.title}
      closeButtonProps={{ 'aria-label': words.common.close }}
    >
      <Table withRowBorders={false} aria-label={words.keys.title}>
        <Table.Tbody>
          {words.keys.list.map(([keys, what]) => (
            <Table.Tr key={keys}>
              <Table.Td w={90}>
                {String(keys)
                  .split(' ')
                  .map((key) => (
                    <Kbd key={key} mr={4}>
                      {key}
                    </Kbd>
                  ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
