import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from '../config/logger.ts';
import { auditController } from '../controllers/AuditController.ts';
import { createAuthController } from '../controllers/AuthController.ts';
import { createCommerceController } from '../controllers/CommerceController.ts';
import {
  type CronManagerDeps,
  createCronManagerController,
} from '../controllers/CronManagerController.ts';
import {
  createDashboardController,
  type DashboardDeps,
} from '../controllers/DashboardController.ts';
import { createHealthController, type HealthDeps } from '../controllers/HealthController.ts';
import {
  createHttpTasksController,
  type HttpTasksDeps,
} from '../controllers/HttpTasksController.ts';
import { createJobsController, type JobsDeps } from '../controllers/JobsController.ts';
import { createMessagesController, type MessagesDeps } from '../controllers/MessagesController.ts';
import { createPostsController } from '../controllers/PostsController.ts';
import { createQueuesController, type QueuesDeps } from '../controllers/QueuesController.ts';
import { createReportsController, type ReportsDeps } from '../controllers/ReportsController.ts';
import { createServicesController, type ServicesDeps } from '../controllers/ServicesController.ts';
import {
  createJobStatusController,
  type JobStatusDeps,
} from '../controllers/system/JobStatusController.ts';
import {
  createQueueHealthController,
  type QueueHealthDeps,
} from '../controllers/system/QueueHealthController.ts';
import { tokensController } from '../controllers/TokensController.ts';
import { createWatchingController, type WatchingDeps } from '../controllers/WatchingController.ts';
import { workersController } from '../controllers/WorkersController.ts';
import type { AppError } from '../errors/AppError.ts';
import { auditRoutes } from '../routes/audit.routes.ts';
import { authRoutes } from '../routes/auth.routes.ts';
import { commerceRoutes } from '../routes/commerce.routes.ts';
import { cronManagerRoutes } from '../routes/cronManager.routes.ts';
import { dashboardRoutes } from '../routes/dashboard.routes.ts';
import { healthRoutes } from '../routes/health.routes.ts';
import { httpTasksRoutes } from '../routes/httpTasks.routes.ts';
import { jobStatusRoutes } from '../routes/jobStatus.routes.ts';
import { jobsRoutes } from '../routes/jobs.routes.ts';
import { messagesRoutes } from '../routes/messages.routes.ts';
import { postsRoutes } from '../routes/posts.routes.ts';
import { queueHealthRoutes } from '../routes/queueHealth.routes.ts';
import { queuesRoutes } from '../routes/queues.routes.ts';
import { REPORTS, reportsRoutes } from '../routes/reports.routes.ts';
import type { Route } from '../routes/route.ts';
import { servicesRoutes } from '../routes/services.routes.ts';
import { tokensRoutes } from '../routes/tokens.routes.ts';
import { watchingRoutes } from '../routes/watching.routes.ts';
import { workersRoutes } from '../routes/workers.routes.ts';
import type { Authentication } from '../Services/Auth/authentication.ts';
import type { JobQueries } from '../Services/BackgroundJobs/admin/jobQueries.ts';
import type { UnsubscribeLinks } from '../Services/Mail/unsubscribeLinks.ts';
import { refuseLargeBodies } from './bodyLimit.ts';
import { strictPolicy } from './contentSecurity.ts';
import { mountDashboard } from './dashboard.ts';
import { mountDocs } from './docs.ts';
import { createErrorHandler } from './errorHandler.ts';
import { HttpError } from './HttpError.ts';
import { createAuthorize } from './middleware/authorize.ts';
import { crossOrigin } from './middleware/crossOrigin.ts';
import { generalLimits } from './middleware/rateLimits.ts';
import { createRequestContext, shownPath } from './middleware/requestContext.ts';
import { takeKeyFromUrl } from './middleware/takeKeyFromUrl.ts';
import { mountRoutes } from './mountRoutes.ts';
import { openApiDocument } from './openapi.ts';
import { createStreams } from './streams.ts';
import { mountUnsubscribePages } from './unsubscribePages.ts';

const REQUESTS_PER_MINUTE = 6_000;

export interface AppDeps
  extends DashboardDeps,
    JobStatusDeps,
    QueueHealthDeps,
    JobsDeps,
    QueuesDeps,
    WatchingDeps,
    MessagesDeps,
    ReportsDeps,
    ServicesDeps,
    Omit<HttpTasksDeps, 'administration'>,
    CronManagerDeps {
  /** CRON_MANAGER_API_KEY */
  cronManagerKey: string | undefined;
  jobQueries: JobQueries;
  authentication: Authentication;
  health: HealthDeps;
  unsubscribeLinks: UnsubscribeLinks;
  /** Aborts when the process begins to stop. */
  stop: AbortSignal;
  logger: Logger;
  /** Hourwork’s version, for the documentation. */
  version: string;
  /** Reverse proxies before the API whose word on the client's address is believed (TRUST_PROXY). */
  proxies: number;
  /** Whose pages may call the API from a browser (CORS_ORIGINS). */
  corsOrigins: readonly string[];
  /** Streams of events served at the same time (MAX_EVENT_STREAMS). */
  maxEventStreams: number;
  /** Why the database cannot be used, where that is known. */
  whyMongoAway?: () => AppError | null;
  /** Where the built dashboard stands, if not where the build puts it. */
  dashboard?: string | undefined;
}

/** Every endpoint there is. */
function createRoutes(deps: Omit<AppDeps, 'logger' | 'version'>): Route[] {
  return [
    ...healthRoutes(createHealthController(deps.health)),
    ...authRoutes(createAuthController(deps.authentication)),
    ...jobStatusRoutes(createJobStatusController(deps)),
    ...jobsRoutes(createJobsController(deps), deps.kinds),
    ...httpTasksRoutes(createHttpTasksController(deps)),
    ...servicesRoutes(createServicesController(deps)),
    ...queuesRoutes(createQueuesController(deps)),
    ...workersRoutes(workersController),
    ...watchingRoutes(createWatchingController(deps)),
    ...dashboardRoutes(createDashboardController(deps)),
    ...commerceRoutes(createCommerceController(deps)),
    ...postsRoutes(createPostsController()),
    ...reportsRoutes(createReportsController(deps, REPORTS)),
    ...messagesRoutes(createMessagesController(deps)),
    ...tokensRoutes(tokensController),
    ...auditRoutes(auditController),
    ...cronManagerRoutes(createCronManagerController(deps)),
    ...queueHealthRoutes(createQueueHealthController(deps)),
  ];
}

/** The Express application; it opens nothing and listens nowhere. */
export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('etag');
  app.set('trust proxy', deps.proxies);
  app.use(takeKeyFromUrl);
  app.use(createRequestContext(deps.logger));
  app.use(helmet({ contentSecurityPolicy: false }), strictPolicy());
  app.use(...generalLimits(REQUESTS_PER_MINUTE));
  if (deps.corsOrigins.length > 0) app.use(crossOrigin(deps.corsOrigins));
  app.use(refuseLargeBodies);
  app.use(['/app', '/api', '/health'], (request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    // Express would answer `*` by 304, though nobody may have kept what is not to be stored.
    delete request.headers['if-none-match'];
    next();
  });

  const routes = createRoutes(deps);
  const { findUserId } = deps.jobQueries;
  const { authentication, version } = deps;
  const authorize = createAuthorize({ authentication, apiKey: deps.cronManagerKey, findUserId });
  const streams = createStreams(deps.maxEventStreams);
  mountRoutes(app, routes, { authorize, stop: deps.stop, streams, logger: deps.logger });

  const document = openApiDocument(routes, version);
  app.get('/openapi.json', (_request, response) => {
    response.json(document);
  });
  mountDocs(app);
  mountUnsubscribePages(app, deps.unsubscribeLinks);
  mountDashboard(app, { folder: deps.dashboard, version });

  app.use((request) => {
    throw new HttpError(
      'NOT_FOUND',
      `There is no ${shownPath(request)}; /docs lists what there is.`,
    );
  });
  app.use(createErrorHandler(deps.logger, deps.whyMongoAway));
  return app;
}
