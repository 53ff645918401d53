import { Answer, Empty } from './Answer.tsx';
import { CsvButton } from './CsvButton.tsx';
import { type Column, List } from './List.tsx';
import { Pager, usePage } from './Pager.tsx';
import { Panel } from './Panel.tsx';

interface PagedListProps<Row> {
  title: string;
  /** The path of the list, with its filters, without limit and cursor. */
  path: string;
  /** The name of the file that the list is saved as. */
  file: string;
  columns: readonly Column<Row>[];
  idOf(row: Row): string;
  /** What is said when it is empty. */
  none: string;
}

/** A list of the API, page by page, which can be saved as a file. */
export function PagedList<Row>({ title, path, file, columns, idOf, none }: PagedListProps<Row>) {
  const rows = usePage<Row>(path);
  return (
    <Panel title={title} aside={<CsvButton name={file} path={path} />} flush>
      <Answer of={rows}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 ? (
              <Empty>{none}</Empty>
            ) : (
              <List label={title} rows={items} idOf={idOf} columns={columns} />
            )}
            <Pager next={nextCursor} />
          </>
        )}
      </Answer>
    </Panel>
  );
}
