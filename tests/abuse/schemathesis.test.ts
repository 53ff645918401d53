import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { runCommand } from '../../scripts/command.mjs';
import { useAttackedApi } from './attackedApi.ts';
import { anotherAddress } from './send.ts';

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'ignored_auth',
  'unsupported_method',
  'allow_header_conformance',
];
/** Below the limit of 6,000 a minute, so that answers and not refusals are looked at. */
const RATE = '95/s';
const LONGEST_MS = 240_000;

const python = process.env.TEST_SCHEMATHESIS_PYTHON ?? '';
const api = await useAttackedApi();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-abuse-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Generation {
  /** 503 is right everywhere while Redis is away, and of the health of queues without workers. */
  redisAway?: boolean;
  options: readonly string[];
}

/** @throws CommandError with what it found, and how to send that again. */
async function generate({ redisAway = false, options }: Generation): Promise<void> {
  const config = join(folder, 'schemathesis.toml');
  const allowed = '["2xx", "4xx", "503"]';
  const everywhere = `[checks]\nnot_a_server_error.expected-statuses = ${allowed}\n`;
  const queueHealth =
    '[[operations]]\ninclude-path = "/api/v1/queue/health"\n' +
    `checks.not_a_server_error.expected-statuses = ${allowed}\n`;
  await writeFile(config, redisAway ? everywhere : queueHealth);
  const always = [
    ...['--checks', CHECKS.join(','), '--rate-limit', RATE, '--request-timeout', '10'],
    ...['--header', `Authorization: Bearer ${api.tokens.admin}`],
    ...['--header', `X-Forwarded-For: ${anotherAddress()}`],
    ...['--generation-database', 'none', '--no-shrink', '--continue-on-failure', '--no-color'],
  ];
  await runCommand(
    python,
    [
      ...['-m', 'schemathesis.cli', '--config-file', config],
      ...['run', `http://127.0.0.1:${api.port}/openapi.json`, ...always, ...options],
    ],
    { cwd: folder, timeoutMs: LONGEST_MS },
  );
}

/** A stream that does not end is followed for as long as its reader likes. */
const NO_STREAMS = ['--exclude-path-regex', '(/events|/app/live)$'];

it('generated requests are answered as the document says', async () => {
  const phases = ['--phases', 'examples,coverage,fuzzing,stateful'];
  await generate({ options: [...phases, ...NO_STREAMS, '--max-examples', '25'] });
});

it('so are those for streams of events', async () => {
  const phases = ['--phases', 'examples,coverage,fuzzing'];
  await generate({
    options: [...phases, '--include-path-regex', '/events$', '--max-examples', '20'],
  });
});

it('so are they while Redis is away', async () => {
  await api.redis.kill();
  try {
    const phases = ['--phases', 'examples,coverage,fuzzing'];
    const options = [...phases, ...NO_STREAMS, '--max-examples', '12'];
    await generate({ redisAway: true, options });
  } finally {
    await api.redis.start();
  }
});
