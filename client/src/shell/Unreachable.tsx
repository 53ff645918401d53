import { ApiError } from '../api/http.ts';
import { words } from '../words/words.ts';

/** Before anything could be shown at all. */
export function Unreachable({ error }: { error: Error }) {
  const said =
    error instanceof ApiError && error.message !== '' ? error.message : words.live.noAnswer;
  return (
    <main className="login">
      <p className="banner" role="alert">
        {said}
      </p>
    </main>
  );
}
