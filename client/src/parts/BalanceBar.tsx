import type { Run } from '../api/shapes.ts';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import type { Tone } from './Status.tsx';

const COUNTS = [
  ['completed', 'good'],
  ['failed', 'bad'],
  ['active', 'busy'],
  ['queued', 'idle'],
  ['delayed', 'warn'],
  ['duplicates', 'quiet'],
  ['cancelled', 'quiet'],
] as const satisfies readonly (readonly [keyof Run, Tone | 'quiet'])[];

type Counts = Pick<Run, (typeof COUNTS)[number][0] | 'enumerated'>;

/** A run's items by what became of them: the parts of the bar are the whole. */
export function BalanceBar({ run, legend = true }: { run: Counts; legend?: boolean }) {
  const shown = COUNTS.filter(([key]) => run[key] > 0);
  const label = shown.map(([key]) => `${words.run.counts[key]} ${count(run[key])}`).join(', ');
  return (
    <div>
      <div className="bar" role="img" aria-label={label === '' ? words.common.none : label}>
        {shown.map(([key, tone]) => (
          <span key={key} data-tone={tone} style={{ flexGrow: run[key] }} />
        ))}
      </div>
      {legend && (
        <ul className="legend">
          {COUNTS.filter(([key]) => run[key] > 0 || key === 'completed' || key === 'failed').map(
            ([key, tone]) => (
              <li key={key}>
                <span className="status-mark" data-tone={tone} aria-hidden="true" />
                {words.run.counts[key]} <b>{count(run[key])}</b>
              </li>
            ),
          )}
        </ul>
      )}
    </div>
  );
}

/** The counts whose sum is to be the run's items: `23,560 + 10`. */
export function sumInWords(run: Counts): string {
  const shown = COUNTS.map(([key]) => run[key]).filter((value) => value > 0);
  return shown.length === 0 ? '0' : shown.map(count).join(' + ');
}
