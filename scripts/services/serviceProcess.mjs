/**
 * One server process, as data: `npm start` gives it to PM2, `npm test` and the fault tests run it
 * as a child. It ends cleanly on SIGINT, and starting it again after kill -9 is always right.
 * @typedef {object} ServiceProcess
 * @property {string} name
 * @property {string} command a full path
 * @property {string[]} args no secrets: every user of the machine can read them
 * @property {Record<string, string>} [env] beside the environment of whoever starts it
 * @property {number} port where it listens, on 127.0.0.1
 * @property {number} stopMs how long it may take to end; then SIGKILL, which loses nothing more
 * @property {string} [fingerprint] changes when what `prepare` writes does, so that one that runs
 *   with older settings is noticed; made from secrets, it does not tell them
 * @property {() => Promise<void>} prepare makes its folder and files; safe to repeat while it does
 *   not run
 * @property {() => Promise<boolean>} isReady whether it serves now
 */
export {};
