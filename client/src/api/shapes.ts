import type { z } from 'zod';
import type { auditEntry } from '../../../server/routes/audit.routes.ts';
import type { session } from '../../../server/routes/auth.routes.ts';
import type {
  customerView,
  invoiceView,
  orderView,
  salesOutstandingView,
  scoreView,
} from '../../../server/routes/commerce.schemas.ts';
import type {
  changes,
  failureGroups,
  incident,
  keptIncident,
  overview,
  scheduleView,
} from '../../../server/routes/dashboard.schemas.ts';
import type { destination, httpJob } from '../../../server/routes/httpTasks.schemas.ts';
import type {
  jobHistory,
  jobLog,
  jobStatus,
  run,
} from '../../../server/routes/jobStatus.schemas.ts';
import type { queueView, waitingCount } from '../../../server/routes/queues.routes.ts';
import type { reportView } from '../../../server/routes/reports.routes.ts';
import type { service, serviceLog } from '../../../server/routes/services.schemas.ts';
import type { liveEvent, numbers } from '../../../server/routes/watching.routes.ts';

/** What the API answers, from the very schemas that shape its answers. */
export type Session = Omit<z.output<typeof session>, 'expiresAt'>;
export type Job = z.output<typeof jobStatus>;
export type JobHistory = z.output<typeof jobHistory>;
export type Run = z.output<typeof run>;
export type Overview = z.output<typeof overview>;
export type Changes = z.output<typeof changes>;
export type Change = Changes['items'][number];
export type Incident = z.output<typeof incident>;
export type KeptIncident = z.output<typeof keptIncident>;
export type Situation = Overview['situations'][number];
export type QueueHealth = Overview['queues'][number];
export type Worker = Overview['workers'][number];
export type Schedule = z.output<typeof scheduleView>;
export type Slot = Schedule['slots'][number];
export type FailureGroups = z.output<typeof failureGroups>;
export type Numbers = z.output<typeof numbers>;
export type AuditEntry = z.output<typeof auditEntry>;
export type Order = z.output<typeof orderView>;
export type Invoice = z.output<typeof invoiceView>;
export type Customer = z.output<typeof customerView>;
export type CreditScore = z.output<typeof scoreView>;
export type SalesOutstanding = z.output<typeof salesOutstandingView>;
export type Report = z.output<typeof reportView>;
export type Destination = z.output<typeof destination>;
export type HttpJob = z.output<typeof httpJob>;
export type Service = z.output<typeof service>;
export type ServiceLog = z.output<typeof serviceLog>;
export type LiveEvent = z.output<typeof liveEvent>;
export type JobLog = z.output<typeof jobLog>;
export type Queue = z.output<typeof queueView>;
export type WaitingJobs = z.output<typeof waitingCount>;

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}
