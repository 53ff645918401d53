/**
 * What MongoDB says when it is there and cannot serve now, by its own names of the codes
 * (https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml). Left out is what a
 * single operation brings upon itself, such as MaxTimeMSExpired or ExceededMemoryLimit.
 */
const CANNOT_SERVE = {
  HostUnreachable: 6,
  HostNotFound: 7,
  // The cursors of a server that was started anew, or of a primary that stepped down, are gone.
  CursorNotFound: 43,
  WriteConcernTimeout: 64,
  NetworkTimeout: 89,
  ShutdownInProgress: 91,
  NotYetInitialized: 94,
  FailedToSatisfyReadPreference: 133,
  ReadConcernMajorityNotAvailableYet: 134,
  PrimarySteppedDown: 189,
  NetworkInterfaceExceededTimeLimit: 202,
  ElectionInProgress: 216,
  CursorKilled: 237,
  ExceededTimeLimit: 262,
  TooManyFilesOpen: 264,
  InterruptedDueToStorageChange: 355,
  TemporarilyUnavailable: 365,
  UserWritesBlocked: 371,
  ResourceExhausted: 402,
  PooledConnectionAcquisitionExceededTimeLimit: 407,
  AdmissionQueueOverflow: 433,
  RateLimitExceeded: 449,
  PooledConnectionAcquisitionRejected: 450,
  IngressRequestRateLimitExceeded: 462,
  SocketException: 9_001,
  LegacyNotPrimary: 10_058,
  NotWritablePrimary: 10_107,
  InterruptedAtShutdown: 11_600,
  Interrupted: 11_601,
  InterruptedDueToReplStateChange: 11_602,
  NotPrimaryNoSecondaryOk: 13_435,
  NotPrimaryOrSecondary: 13_436,
  OutOfDiskSpace: 14_031,
  RetriableRemoteCommandFailure: 91_331,
} as const;

/**
 * The same of the PostgreSQL beneath FerretDB, for one operation of a bulk write: its SQLSTATE
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html), in PostgreSQL's internal form.
 */
const SQLSTATES = {
  connection_exception: '08000',
  connection_does_not_exist: '08003',
  connection_failure: '08006',
  read_only_sql_transaction: '25006',
  disk_full: '53100',
  too_many_connections: '53300',
  admin_shutdown: '57P01',
  crash_shutdown: '57P02',
  cannot_connect_now: '57P03',
} as const;

const CODES: ReadonlySet<number> = new Set([
  ...Object.values(CANNOT_SERVE),
  ...Object.values(SQLSTATES).map(postgresCode),
]);

/** InternalError and UnknownError: only the text says more. */
const UNSPECIFIC = new Set([1, 8]);

/**
 * For a whole command FerretDB has only InternalError, with PostgreSQL's words or those of its own
 * connection to it. PostgreSQL speaks English unless its lc_messages says otherwise.
 */
const WORDS = [
  /failed to connect to /,
  /the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting)/,
  /terminating connection (due to|because of) /,
  /No space left on device/,
  /too many clients already|remaining connection slots are reserved/,
  /unexpected EOF|conn(ection)? closed|closed pool|use of closed network connection/,
  /connection refused|connection reset by peer|broken pipe|i\/o timeout/,
];

/**
 * Whether a server's answer says that it cannot serve now, as against a fault of what was asked.
 * @param code that of the command, of a write or of the write concern
 */
export function saysItCannotServe(code: number, text: string): boolean {
  return CODES.has(code) || (UNSPECIFIC.has(code) && WORDS.some((words) => words.test(text)));
}

/**
 * A SQLSTATE as PostgreSQL keeps it, six bits a character, the first one lowest: `MAKE_SQLSTATE` in
 * its `utils/elog.h`.
 */
function postgresCode(sqlstate: string): number {
  return [...sqlstate].reduce(
    (code, character, place) => code + ((character.charCodeAt(0) - 48) & 63) * 64 ** place,
    0,
  );
}
