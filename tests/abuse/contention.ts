/** How much of a processor a process that wants one whole gets at the moment, as a factor of time. */
export interface Contention {
  /** Ends the measuring. @returns how many times as long as on an idle machine work has taken. */
  end(): number;
}

const EVERY_MS = 500;
const BURST_MS = 20;
const MICROSECONDS = 1_000;

/**
 * Measures, by short bursts of work beside what else goes on here, how long they take by the clock
 * against the time that the processor gave them.
 */
export function measureContention(): Contention {
  const spans = { clock: 0, processor: 0 };
  function burst(): void {
    const before = process.cpuUsage();
    const began = performance.now();
    let given = 0;
    while (given < BURST_MS) {
      const { user, system } = process.cpuUsage(before);
      given = (user + system) / MICROSECONDS;
    }
    spans.clock += performance.now() - began;
    spans.processor += given;
  }
  const timer = setInterval(burst, EVERY_MS);
  return {
    end() {
      clearInterval(timer);
      burst();
      return Math.max(1, spans.clock / spans.processor);
    },
  };
}
