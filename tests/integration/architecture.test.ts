import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const projectDir = fileURLToPath(new URL('../..', import.meta.url));
const biome = join(projectDir, 'node_modules/.bin/biome');
const CONFIGURATION = ['biome.json', 'biome.layers.jsonc', '.gitignore'];
const BACKGROUND = 'server/Services/BackgroundJobs';

/** A file, and a line in it that must be refused. */
const FORBIDDEN: [file: string, line: string][] = [
  ['server/errors/x.ts', "import '../config/env.ts';"],
  ['server/errors/x.ts', "import '../models/UserModel.ts';"],
  ['server/errors/x.ts', "import 'express';"],
  ['server/config/x.ts', "import '../models/UserModel.ts';"],
  ['server/config/x.ts', "import '../Services/BackgroundJobs/queue.ts';"],
  ['server/config/x.ts', "import 'mongoose';"],
  ['server/config/x.ts', "import 'bullmq';"],
  ['server/config/mongoConn.ts', "import '../models/UserModel.ts';"],
  ['server/config/mongoConn.ts', "import 'ioredis';"],
  ['server/models/system/x.ts', "import '../../Services/Auth/tokens.ts';"],
  ['server/models/system/x.ts', "import '../../controllers/reply.ts';"],
  ['server/models/system/x.ts', "import 'bullmq';"],
  ['server/models/system/x.ts', "import 'ioredis';"],
  ['server/Services/Auth/x.ts', "import '../BackgroundJobs/producer.ts';"],
  ['server/Services/Auth/x.ts', "import '../../controllers/AuthController.ts';"],
  ['server/Services/Auth/x.ts', "import 'mongoose';"],
  ['server/Services/Auth/x.ts', "import 'bullmq';"],
  ['server/Services/Auth/x.ts', "import type { Request } from 'express';"],
  [`${BACKGROUND}/x.ts`, "import 'express';"],
  [`${BACKGROUND}/x.ts`, "import 'mongoose';"],
  [`${BACKGROUND}/x.ts`, "import '../../controllers/reply.ts';"],
  [`${BACKGROUND}/x.ts`, "import '../../routes/route.ts';"],
  [`${BACKGROUND}/x.ts`, "import '../../api/app.ts';"],
  [`${BACKGROUND}/x.ts`, "import '../../composition/api.ts';"],
  [`${BACKGROUND}/producer.ts`, "import './jobs/userData/userData.processor.ts';"],
  [`${BACKGROUND}/producer.ts`, "await import('./jobs/userData/userData.processor.ts');"],
  [`${BACKGROUND}/producer.ts`, "export { x } from './processUserData.ts';"],
  [`${BACKGROUND}/runs/x.ts`, "import '../jobs/userData/userData.processor.ts';"],
  [`${BACKGROUND}/queues/catalogue.ts`, "import '../processUserData.ts';"],
  [`${BACKGROUND}/queues/catalogue.ts`, "import '../../../composition/worker.ts';"],
  [`${BACKGROUND}/worker.ts`, "import '../../api/app.ts';"],
  [`${BACKGROUND}/jobs/userData/x.job.ts`, "import './userData.processor.ts';"],
  [`${BACKGROUND}/jobs/userData/x.job.ts`, "import '../../processUserData.ts';"],
  [`${BACKGROUND}/jobs/userData/x.job.ts`, "import 'bullmq';"],
  [`${BACKGROUND}/jobs/userData/x.processor.ts`, "import 'bullmq';"],
  [`${BACKGROUND}/jobs/userData/x.processor.ts`, "import 'express';"],
  [`${BACKGROUND}/processUserData.ts`, "import 'mongoose';"],
  [`${BACKGROUND}/processUserData.ts`, "import 'ioredis';"],
  ['server/controllers/system/x.ts', "import '../../routes/jobStatus.routes.ts';"],
  ['server/controllers/system/x.ts', "import '../../api/HttpError.ts';"],
  ['server/controllers/system/x.ts', "import 'mongoose';"],
  ['server/controllers/system/x.ts', "import 'express';"],
  ['server/routes/x.ts', "import '../api/app.ts';"],
  ['server/routes/x.ts', "import 'mongoose';"],
  ['server/routes/x.ts', "import 'bullmq';"],
  ['server/api/x.ts', "import '../composition/api.ts';"],
  ['server/api/x.ts', "import 'mongoose';"],
  ['server/api/x.ts', "import 'ioredis';"],
  ['server/api/server.ts', "import '../cli/run.ts';"],
  ['server/composition/x.ts', "import '../cli/run.ts';"],
  ['server/composition/x.ts', "import 'express';"],
  ['server/cli/x.ts', "import '../api/app.ts';"],
  ['server/cli/x.ts', "import '../composition/api.ts';"],
  ['server/cli/x.ts', "import 'mongoose';"],
  ['server/Services/Auth/x.ts', "import 'undici';"],
  [`${BACKGROUND}/jobs/userData/x.processor.ts`, "import 'undici';"],
  ['server/Services/Egress/x.ts', "import '../../models/UserModel.ts';"],
  ['server/Services/Auth/x.ts', 'export const secret = process.env.JWT_SECRET;'],
  ['server/Services/Auth/x.ts', "import { env } from 'node:process';"],
];

/** What the rules are there to leave free. */
const ALLOWED: [file: string, line: string][] = [
  ['server/config/env.ts', 'export const port = process.env.PORT;'],
  ['server/config/mongoConn.ts', "import 'mongoose';"],
  ['server/config/x.ts', "import 'ioredis';"],
  ['server/models/x.ts', "import 'mongoose';"],
  ['server/models/x.ts', "import '../errors/AppError.ts';"],
  ['server/Services/Auth/x.ts', "import '../../models/AccountModel.ts';"],
  ['server/Services/Egress/x.ts', "import 'undici';"],
  [`${BACKGROUND}/x.ts`, "import 'bullmq';"],
  [`${BACKGROUND}/x.ts`, "import '../CustomerScoring/userDataGateway.ts';"],
  [`${BACKGROUND}/producer.ts`, "import './jobs/userData/userData.job.ts';"],
  [`${BACKGROUND}/queues/catalogue.ts`, "await import('../jobs/userData/userData.processor.ts');"],
  [`${BACKGROUND}/jobs/userData/x.processor.ts`, "import '../../processUserData.ts';"],
  ['server/controllers/x.ts', "import '../Services/Auth/authentication.ts';"],
  ['server/routes/x.ts', "import '../controllers/AuthController.ts';"],
  ['server/api/x.ts', "import 'express';"],
  ['server/api/x.test.ts', "import 'mongoose';"],
  ['server/composition/x.ts', "import 'mongoose';"],
];

interface Finding {
  file: string;
  line: number;
}

/** What Biome says of a tree's server. */
function lint(folder: string, reporter: 'github' | 'default'): Promise<string> {
  const args = ['lint', '--colors=off', '--max-diagnostics=none', `--reporter=${reporter}`];
  return new Promise((resolve) => {
    // It ends with 1 when it finds something: its output tells.
    execFile(biome, [...args, 'server'], { cwd: folder }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

/** What of the dependency rules is broken in a tree. */
async function findings(folder: string): Promise<Finding[]> {
  const found = (await lint(folder, 'github')).matchAll(
    /title=lint\/style\/(?:noRestrictedImports|noProcessEnv),file=([^,]+),line=(\d+)/g,
  );
  return [...found].map(([, file = '', line]) => ({
    file: file.replace(`${folder}/`, ''),
    line: Number(line),
  }));
}

async function sourceFiles(): Promise<string[]> {
  const entries = await readdir(join(projectDir, 'server'), { recursive: true });
  return entries
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => join('server', path));
}

describe('the dependency rules', () => {
  const folders: string[] = [];

  /** A tree of these files under the project's own rules. */
  async function treeOf(lines: readonly (readonly [file: string, line: string])[]) {
    const folder = await mkdtemp(join(tmpdir(), 'hourwork-layers-'));
    folders.push(folder);
    for (const name of CONFIGURATION) await copyFile(join(projectDir, name), join(folder, name));
    const files = new Map<string, string[]>();
    for (const [file, line] of lines) files.set(file, [...(files.get(file) ?? []), line]);
    for (const [file, content] of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), content.join('\n'));
    }
    const found = await findings(folder);
    return {
      isRefused: ([file, line]: readonly [string, string]) => {
        const position = (files.get(file) ?? []).indexOf(line) + 1;
        return found.some((finding) => finding.file === file && finding.line === position);
      },
    };
  }

  let tree: Awaited<ReturnType<typeof treeOf>>;
  beforeAll(async () => {
    tree = await treeOf([...FORBIDDEN, ...ALLOWED]);
  });
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  it.each(FORBIDDEN)('refuse in %s: %s', (...entry) => {
    expect(tree.isRefused(entry)).toBe(true);
  });

  it.each(ALLOWED)('allow in %s: %s', (...entry) => {
    expect(tree.isRefused(entry)).toBe(false);
  });

  it('hold for every file of the server, wherever a new one is put', async () => {
    const entries = (await sourceFiles()).map((file) => [file, "import 'node:process';"] as const);
    const { isRefused } = await treeOf(entries);
    expect(entries.filter((entry) => !isRefused(entry))).toEqual([]);
  });

  it('find nothing in the server as it is', async () => {
    expect(await findings(projectDir)).toEqual([]);
    const [, checked] = /Checked (\d+) files/.exec(await lint(projectDir, 'default')) ?? [];
    expect(Number(checked)).toBeGreaterThanOrEqual((await sourceFiles()).length);
  });
});
