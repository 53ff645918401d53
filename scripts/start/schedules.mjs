import { serverCli } from './serverCli.mjs';

/** How long the hourly tick may be held off while the first run is prepared. */
const HOLD_MINUTES = 15;

let held = false;

/** Lets the hourly tick wait until `releaseSchedules`, or a quarter of an hour. */
export async function holdSchedules() {
  await serverCli('schedules', ['hold', '--minutes', String(HOLD_MINUTES)]);
  held = true;
}

/** Lets the hourly tick go, if this process held it. */
export async function releaseSchedules() {
  if (!held) return;
  await serverCli('schedules', ['release'], { shielded: true });
  held = false;
}
