import { Checkbox, Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column<Row> {
  name: string;
  cell(row: Row): ReactNode;
  /** Numbers stand at the right, digit below digit. */
  numeric?: boolean;
  /** Left out on narrow screens. */
  wide?: boolean;
}

export interface ListProps<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  idOf(row: Row): string;
  choosing?: Choosing | undefined;
}

/** Rows that can be chosen. */
export interface Choosing {
  has(id: string): boolean;
  /** @param reach with all rows since the one that was toggled before. */
  toggle(id: string, reach: boolean): void;
  label(id: string): string;
}

/** A table of rows; on a phone it has its first columns and keeps within the page. */
export function List<Row>({ label, rows, columns, idOf, choosing }: ListProps<Row>) {
  return (
    <div className="list">
      <Table
        aria-label={label}
        highlightOnHover
        highlightOnHoverColor="var(--hovered)"
        verticalSpacing={7}
        horizontalSpacing="md"
      >
        <Table.Thead>
          <Table.Tr>
            {choosing && <Table.Th className="choice" />}
            {columns.map(({ name, numeric, wide }) => (
              <Table.Th key={name} className={classOf(numeric, wide)}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={idOf(row)}>
              {choosing && (
                <Table.Td className="choice">
                  <Choice id={idOf(row)} choosing={choosing} />
                </Table.Td>
              )}
              {columns.map(({ name, cell, numeric, wide }) => (
                <Table.Td key={name} className={classOf(numeric, wide)}>
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Choice({ id, choosing }: { id: string; choosing: Choosing }) {
  return (
    <Checkbox
      size="xs"
      aria-label={choosing.label(id)}
      checked={choosing.has(id)}
      onChange={({ nativeEvent }) =>
        choosing.toggle(id, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
      }
    />
  );
}

function classOf(numeric = false, wide = false): string {
  return [numeric ? 'numeric' : '', wide ? 'wide' : ''].filter(Boolean).join(' ');
}
