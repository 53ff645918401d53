#!/usr/bin/env node
// npm run lock:integrity: npm leaves out the hash of a package that it only names for another
// platform. Adds each that is missing, as the registry has it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { runProgram } from './console.mjs';
import { projectDir } from './project.mjs';

const file = join(projectDir, 'package-lock.json');

await runProgram(async () => {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '' || entry.link || entry.integrity) continue;
    const name =
      entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const spec = `${name}@${entry.version}`;
    entry.integrity = await runCommand('npm', ['view', spec, 'dist.integrity']);
    console.log(`${spec}: ${entry.integrity}`);
  }
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
});
