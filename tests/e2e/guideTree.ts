import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDir } from '../../scripts/project.mjs';

const run = promisify(execFile);

/** The compiler looks at the whole server. */
export const COMPILING_MS = 180_000;

/** With what is compiled already: the compiler looks again only at what changes. */
const PARTS = ['server', 'dist', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

/** The code blocks of a guide, by the file that the first line of each names. */
export async function codeOfGuide(guide: string): Promise<Map<string, string>> {
  const text = await readFile(join(projectDir, 'docs', guide), 'utf8');
  const blocks = text.matchAll(/```ts\n\/\/ (.+)\n([\s\S]*?)```/g);
  return new Map([...blocks].map(([, file = '', code = '']) => [file, code]));
}

/** A copy of the server, with all that its compiler needs, in a folder of its own. */
export async function copyOfServer(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hourwork-guide-'));
  for (const part of PARTS) {
    await cp(join(projectDir, part), join(folder, part), { recursive: true });
  }
  await symlink(join(projectDir, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Compiles such a copy. @returns the compiler's complaints; none when it compiles. */
export async function complaints(folder: string): Promise<string> {
  const compiler = join(projectDir, 'node_modules/.bin/tsc');
  // Else the packages stand elsewhere than the build has noted, and all is compiled anew.
  const args = ['-p', 'tsconfig.build.json', '--preserveSymlinks'];
  const compiling = run(compiler, args, { cwd: folder });
  return compiling.then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}
