import { Link } from 'wouter';

const SHOWN = 16;

/** Leads to the page of a job or a run by the end of its id, which tells it from others; all of it stands on hover. */
export function IdLink({ to, id }: { to: 'jobs' | 'runs'; id: string }) {
  return (
    <Link href={`/${to}/${id}`} className="mono" title={id}>
      {id.length <= SHOWN + 2 ? id : `…${id.slice(-SHOWN)}`}
    </Link>
  );
}
