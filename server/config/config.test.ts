import { describe, expect, it } from 'vitest';
import { backgroundJobsConfig, backgroundMode } from './config.ts';
import { parseSettings } from './env.ts';

const configOf = (settings: Record<string, string>) =>
  backgroundJobsConfig(parseSettings(settings));
const modeOf = (settings: Record<string, string>) => backgroundMode(configOf(settings));

describe('backgroundMode', () => {
  it('is the queue, unless told otherwise', () => {
    expect(modeOf({})).toBe('queue');
  });

  it('is the in-process batch with DAILY_UPDATES', () => {
    expect(modeOf({ DAILY_UPDATES: 'true' })).toBe('legacy');
  });

  it.each(['BACKGROUND_JOBS_ENABLED', 'PROCESS_USER_DATA'])('is off without %s', (name) => {
    expect(modeOf({ [name]: 'false' })).toBe('off');
    expect(modeOf({ [name]: 'false', DAILY_UPDATES: 'true' })).toBe('off');
  });

  it('does not depend on ENABLE_BACKGROUND_JOBS, which gates consumers only', () => {
    expect(modeOf({ ENABLE_BACKGROUND_JOBS: 'false' })).toBe('queue');
    expect(configOf({ ENABLE_BACKGROUND_JOBS: 'false' }).consume).toBe(false);
    expect(configOf({}).consume).toBe(true);
  });
});
