import { describe, expect, it, vi } from 'vitest';
import type { Logger } from '../config/logger.ts';
import { ShutdownList } from './shutdown.ts';

const warn = vi.fn();
const logger = { warn, info: vi.fn(), error: vi.fn(), debug: vi.fn() } as unknown as Logger;

describe('the shutdown list', () => {
  it('stops in reverse, the last ones last, each once', async () => {
    const list = new ShutdownList(logger);
    const stopped: string[] = [];
    const add = (name: string) => list.add(name, async () => stopped.push(name));
    add('first');
    list.addLast('database', async () => stopped.push('database'));
    add('second');
    expect(list.stopping).toBe(false);
    await Promise.all([list.stop(), list.stop()]);
    await list.stop();
    expect(stopped).toEqual(['second', 'first', 'database']);
    expect(list.stopping).toBe(true);
  });

  it('goes on when a step fails, and says which', async () => {
    const list = new ShutdownList(logger);
    const last = vi.fn(() => Promise.resolve());
    list.add('last', last);
    list.add('broken', () => Promise.reject(new Error('stuck')));
    await list.stop();
    expect(last).toHaveBeenCalledOnce();
    expect(warn).toHaveBeenCalledWith('Could not be stopped in order', {
      step: 'broken',
      error: new Error('stuck'),
    });
  });

  it('stops what was still being started when it began', async () => {
    const list = new ShutdownList(logger);
    const stopped: string[] = [];
    list.add('HTTP', async () => stopped.push('HTTP'));
    list.add('connecting', async () => {
      list.add('keeper', async () => stopped.push('keeper'));
      list.add('schedule', async () => stopped.push('schedule'));
      stopped.push('connecting');
    });
    await list.stop();
    expect(stopped).toEqual(['connecting', 'schedule', 'keeper', 'HTTP']);
  });
});
