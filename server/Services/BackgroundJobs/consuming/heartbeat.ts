import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { WorkerModel } from '../../../models/system/WorkerModel.ts';
import type { JobLog } from './jobLog.ts';

interface HeartbeatOptions {
  /** The worker's name in the jobs' records. */
  name: string;
  instance: string | null;
  version: string;
  /** The queues whose jobs it takes at this moment, and those whose it cannot take, each with why. */
  registered: () => {
    queues: readonly string[];
    failed: readonly { queue: string; reason: string }[];
  };
  runningJobs: () => number;
  /** Whether it takes no jobs because somebody asked for that. */
  isQuiet: () => boolean;
  intervalMs: number;
  log: JobLog;
}

const KEPT_MS = 86_400_000;

/** The name of this process as a worker: `<host>:<pid>:<start, in base 36>`. */
export function workerName(): string {
  const startedAt = Math.round(Date.now() - process.uptime() * 1000);
  return `${hostname()}:${process.pid}:${startedAt.toString(36)}`;
}

/**
 * Within which process numbers have one meaning: Linux' namespace since this start of the machine
 * (machines may share a name, and the first namespace's number is the same on all of them); elsewhere
 * the whole host.
 */
export function pidSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

export interface Heartbeat {
  /** Ends the signs of life, with a farewell only if nothing is left behind. */
  stop(farewell: boolean): Promise<void>;
}

/**
 * Writes a sign of life every `intervalMs`. Its absence without a farewell tells the reconciler that
 * a worker may have left jobs behind.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const startedAt = new Date();
  const beat = (farewellAt: Date | null) => {
    const now = new Date();
    const { queues, failed } = options.registered();
    return WorkerModel.updateOne(
      { _id: options.name },
      {
        $set: {
          host: hostname(),
          pid: process.pid,
          pidSpace: pidSpace(),
          instance: options.instance,
          version: options.version,
          queues: [...queues],
          failedQueues: [...failed],
          runningJobs: options.runningJobs(),
          quiet: options.isQuiet(),
          memoryBytes: process.memoryUsage.rss(),
          startedAt,
          lastSeenAt: now,
          farewellAt,
          expiresAt: new Date(now.getTime() + KEPT_MS),
        },
      },
      { upsert: true },
    ).then(
      () => undefined,
      (error: unknown) => options.log.debug('The heartbeat was not written', { error }),
    );
  };
  let underWay = beat(null);
  const timer = setInterval(() => {
    underWay = beat(null);
  }, options.intervalMs);
  return {
    async stop(farewell) {
      clearInterval(timer);
      // One that comes later would take the farewell back.
      await underWay;
      if (farewell) await beat(new Date());
    },
  };
}
