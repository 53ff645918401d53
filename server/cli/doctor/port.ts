import type { Env } from '../../config/env.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

const ANSWER_MS = 3_000;

/** Who answers at the API's port. */
export async function apiPort({ HOST, PORT }: Pick<Env, 'HOST' | 'PORT'>): Promise<Finding> {
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${PORT}/health/ready`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    const body: unknown = await answer.json().catch(() => null);
    const status = statusOf(body);
    if (status === null) return taken(PORT);
    if (status === 'ok') return well(`the API serves on ${PORT}`);
    return warning(
      `the API serves on ${PORT} and calls itself ${status}`,
      'npx pm2 logs api-server',
    );
  } catch (error) {
    if (codeOf(error) === 'ECONNREFUSED') {
      return warning(
        `no API serves on ${PORT}: no schedule runs, no ledger is kept`,
        'npx pm2 start ecosystem.config.js',
      );
    }
    return taken(PORT);
  }
}

function taken(port: number): Finding {
  return wrong(
    `something else than the API holds ${port}, or it hangs`,
    `set another PORT in .env, or find who it is: lsof -i :${port}`,
  );
}

function statusOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null;
  return 'status' in body && 'checks' in body ? String(body.status) : null;
}

/** fetch hides the system's code in the cause. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
