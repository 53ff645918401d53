import { Link } from 'wouter';

const SHOWN = 16;

/** A link to a job or a run. It shows the end of the id, which tells it from others; the tooltip has the whole id. */
export function IdLink({ to, id }: { to: 'jobs' | 'runs'; id: string }) {
  return (
    <Link href={`/${to}/${id}`} className="mono" title={id}>
      {id.length <= SHOWN + 2 ? id : `…${id.slice(-SHOWN)}`}
    </Link>
  );
}
