import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

/** The part of the driver's connection that is mended here. */
interface DriverConnection {
  closed: boolean;
  socket: EventEmitter;
  cleanup(error: Error): void;
}

/** The class of the driver that mongoose itself uses; it is not among the driver's exports. */
const { Connection } = createRequire(createRequire(import.meta.url).resolve('mongoose'))(
  'mongodb/lib/cmap/connection.js',
) as { Connection: { prototype: DriverConnection } };

/**
 * Makes an operation fail that the driver would let wait for ever: one that begins when its socket
 * is destroyed already (the server was killed) and has not said 'close' yet. Such a write answers
 * false, and the driver waits for a 'drain' that never comes; but it also listens for 'error', which
 * the closing connection now says. Seen with mongodb 7.8.0, `Connection.writeCommand`.
 */
export function failWritesOfClosedSockets(): void {
  const { cleanup } = Connection.prototype;
  Connection.prototype.cleanup = function (this: DriverConnection, error: Error): void {
    const closesNow = !this.closed;
    cleanup.call(this, error);
    if (closesNow) this.socket.emit('error', error);
  };
}
