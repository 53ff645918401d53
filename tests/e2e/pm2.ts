import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../scripts/command.mjs';
import { projectDir } from '../../scripts/project.mjs';

export interface Pm2Process {
  id: number;
  pid: number;
  name: string;
  status: string;
}

/** A PM2 daemon of the test's own, in a folder of its own. */
export interface OwnPm2 {
  /** Runs a command of PM2 to its end. */
  run(...args: string[]): Promise<string>;
  /** The processes of this name that are online. */
  online(name: string): Promise<Pm2Process[]>;
  /** What the daemon has logged since `logMark`: starts, exit codes, and whom it had to kill. */
  log(since?: number): Promise<string>;
  /** All that its processes have written. */
  appLogs(): Promise<string>;
  /** How long the daemon's log is now. */
  logMark(): Promise<number>;
  /** Ends the daemon and all it keeps. */
  kill(): Promise<void>;
}

const PM2 = join(projectDir, 'node_modules', '.bin', 'pm2');
const COMMAND_MS = 120_000;

/** PM2 over this home; `settings` reach every process it starts, and nothing else of ours does. */
export function ownPm2(home: string, settings: Readonly<Record<string, string>>): OwnPm2 {
  const { PATH, HOME, LANG } = process.env;
  const env = { PATH, HOME, LANG, PM2_HOME: home, PM2_DISABLE_VERSION_CHECK: 'true', ...settings };

  const run = (...args: string[]) => runCommand(PM2, args, { env, timeoutMs: COMMAND_MS });
  const log = async (since = 0) => (await readFile(join(home, 'pm2.log'), 'utf8')).slice(since);

  return {
    run,
    log,
    async appLogs() {
      const logs = join(home, 'logs');
      const files = await readdir(logs);
      return (await Promise.all(files.map((file) => readFile(join(logs, file), 'utf8')))).join('');
    },
    logMark: async () => (await log()).length,
    async online(name) {
      const output = await run('jlist');
      const json = output.split('\n').findLast((line) => line.startsWith('['));
      const processes: { pm_id: number; pid: number; name: string; pm2_env: { status: string } }[] =
        JSON.parse(json ?? '[]');
      return processes
        .map(({ pm_id: id, pid, name, pm2_env }) => ({ id, pid, name, status: pm2_env.status }))
        .filter((each) => each.name === name && each.status === 'online');
    },
    async kill() {
      await run('kill');
    },
  };
}
