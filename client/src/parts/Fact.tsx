import type { ReactNode } from 'react';

/** Names and values, aligned; of sentences each has a line of its own. */
export function Facts({ children, single = false }: { children: ReactNode; single?: boolean }) {
  return <dl className={single ? 'facts facts-single' : 'facts'}>{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
