import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startApi } from '../../../server/composition/api.ts';
import { startSchedulerProcess } from '../../../server/composition/scheduler.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { useWiredProcesses } from './wiredProcesses.ts';

describe('the processes, by the switches of the hourly run', () => {
  const { running, settings, ask, login } = useWiredProcesses();

  describe('with a slot each second', () => {
    /** Starts the API under these switches. @returns the lines that it has logged at its start. */
    async function startWith(switches: Record<string, string>): Promise<unknown[]> {
      const lines: string[] = [];
      // Where the logger writes what is for stdout.
      const { _stdout: stdout } = console as unknown as { _stdout: NodeJS.WriteStream };
      const written = vi.spyOn(stdout, 'write').mockImplementation((line) => {
        lines.push(String(line));
        return true;
      });
      onTestFinished(() => written.mockRestore());
      const env = await settings({
        USER_DATA_SCHEDULE: '* * * * * *',
        LOG_LEVEL: 'info',
        ...switches,
      });
      running.push(await startApi(env));
      return lines.map((line) => JSON.parse(line));
    }

    it.each([
      ['queue', {}, 'The hourly run goes through the queue'],
      [
        'legacy',
        { DAILY_UPDATES: 'true' },
        'The hourly run is the in-process batch (DAILY_UPDATES=true); the producer is off',
      ],
    ])('say and do that the mode is %s, and nothing else', async (mode, switches, message) => {
      expect(await startWith(switches)).toContainEqual(
        expect.objectContaining({ level: 'info', message, mode }),
      );
      await vi.waitFor(
        async () => expect((await ask('/health/ready')).body).toMatchObject({ status: 'ok', mode }),
        15_000,
      );
      // Three slots: what the other way would have begun beside it would be there too.
      await vi.waitFor(async () => {
        const slots = await RunModel.distinct('slot');
        expect(slots.length).toBeGreaterThanOrEqual(3);
      }, 15_000);
      expect(await RunModel.distinct('mode')).toEqual([mode]);
      const runs = await RunModel.find({}, { slot: 1 }).lean();
      expect(new Set(runs.map(({ slot }) => Number(slot))).size).toBe(runs.length);
    });

    it.each([
      { PROCESS_USER_DATA: 'false' },
      { PROCESS_USER_DATA: 'false', DAILY_UPDATES: 'true' },
      { BACKGROUND_JOBS_ENABLED: 'false' },
    ])('say that the mode is off, and begin no run: %o', async (switches) => {
      expect(await startWith(switches)).toContainEqual(
        expect.objectContaining({
          message:
            'The hourly run is switched off (BACKGROUND_JOBS_ENABLED or PROCESS_USER_DATA is false)',
          mode: 'off',
        }),
      );
      await vi.waitFor(async () => {
        expect((await ask('/health/ready')).body).toMatchObject({ status: 'ok', mode: 'off' });
        expect(await ScheduleModel.findById('user-data-hourly')).not.toBeNull();
      }, 15_000);
      const threeSlotsOn = Date.now() + 3_000;
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(threeSlotsOn), 10_000);
      expect(await RunModel.countDocuments()).toBe(0);
    });
  });

  it('leave the schedules to a scheduler of their own when the API is to run none', async () => {
    const env = await settings({ USER_DATA_SCHEDULE: '* * * * * *', SCHEDULES_ENABLED: 'false' });
    running.push(await startApi(env));
    await login();
    expect(await ScheduleModel.countDocuments()).toBe(0);
    running.push(await startSchedulerProcess(env));
    await vi.waitFor(
      async () => expect(await RunModel.countDocuments()).toBeGreaterThanOrEqual(3),
      15_000,
    );
    // The API keeps the ledgers of runs that another process began.
    await vi.waitFor(
      async () => expect(await RunModel.exists({ status: 'completed' })).not.toBeNull(),
      15_000,
    );
  });

  it('refuse a scheduler for the batch inside the API process', async () => {
    const env = await settings({ DAILY_UPDATES: 'true' });
    await expect(startSchedulerProcess(env)).rejects.toThrow('DAILY_UPDATES=true');
  });
});
