/** Where the time of one call went, in milliseconds, over all its redirects. */
export interface Timings {
  /** Until a connection was free for it. */
  queueMs: number;
  /** Name resolution, TCP and TLS; 0 where a kept connection was used. */
  connectMs: number;
  /** From the request being written to the head of the answer. */
  firstByteMs: number;
  totalMs: number;
}

/** Measures one call while it goes on. */
export class Stopwatch {
  readonly #startedAt = performance.now();
  #hopAt = this.#startedAt;
  #hopConnectMs = 0;
  #sentAt: number | null = null;
  #queueMs = 0;
  #connectMs = 0;
  #firstByteMs = 0;

  hop(): void {
    this.#hopAt = performance.now();
    this.#hopConnectMs = 0;
    this.#sentAt = null;
  }

  connected(ms: number): void {
    this.#hopConnectMs += ms;
    this.#connectMs += ms;
  }

  sent(): void {
    this.#sentAt = performance.now();
    this.#queueMs += Math.max(0, this.#sentAt - this.#hopAt - this.#hopConnectMs);
  }

  firstByte(): void {
    if (this.#sentAt === null) return;
    this.#firstByteMs += performance.now() - this.#sentAt;
    this.#sentAt = null;
  }

  read(): Timings {
    return {
      queueMs: Math.round(this.#queueMs),
      connectMs: Math.round(this.#connectMs),
      firstByteMs: Math.round(this.#firstByteMs),
      totalMs: Math.round(performance.now() - this.#startedAt),
    };
  }
}
