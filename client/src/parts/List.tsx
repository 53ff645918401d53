import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column<Row> {
  name: string;
  cell(row: Row): ReactNode;
  /** Numbers stand at the right, digit below digit. */
  numeric?: boolean;
  /** Left out on narrow screens. */
  wide?: boolean;
}

interface ListProps<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  idOf(row: Row): string;
}

/** A table of rows; on a phone it has its first columns and keeps within the page. */
export function List<Row>({ label, rows, columns, idOf }: ListProps<Row>) {
  return (
    <div className="list">
      <Table aria-label={label} highlightOnHover verticalSpacing={7} horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
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

function classOf(numeric = false, wide = false): string {
  return [numeric ? 'numeric' : '', wide ? 'wide' : ''].filter(Boolean).join(' ');
}
