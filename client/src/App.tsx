import { Center, Loader } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { NowPage } from './now/NowPage.tsx';
import { LoginPage } from './session/LoginPage.tsx';
import { useSession } from './session/session.ts';
import { NotFound } from './shell/NotFound.tsx';
import { Shell } from './shell/Shell.tsx';
import { Unreachable } from './shell/Unreachable.tsx';
import { words } from './words/words.ts';

const SchedulesPage = lazy(() => import('./schedules/SchedulesPage.tsx'));
const RunsPage = lazy(() => import('./runs/RunsPage.tsx'));
const RunPage = lazy(() => import('./runs/RunPage.tsx'));
const JobsPage = lazy(() => import('./jobs/JobsPage.tsx'));
const JobPage = lazy(() => import('./jobs/JobPage.tsx'));
const FailuresPage = lazy(() => import('./failures/FailuresPage.tsx'));
const QueuesPage = lazy(() => import('./queues/QueuesPage.tsx'));
const WorkersPage = lazy(() => import('./workers/WorkersPage.tsx'));
const DestinationsPage = lazy(() => import('./destinations/DestinationsPage.tsx'));
const CommercePage = lazy(() => import('./commerce/CommercePage.tsx'));
const ServicesPage = lazy(() => import('./services/ServicesPage.tsx'));
const ServicePage = lazy(() => import('./services/ServicePage.tsx'));
const AuditPage = lazy(() => import('./audit/AuditPage.tsx'));
const IncidentsPage = lazy(() => import('./incidents/IncidentsPage.tsx'));
const IncidentPage = lazy(() => import('./incidents/IncidentPage.tsx'));
const CustomerPage = lazy(() => import('./commerce/CustomerPage.tsx'));

/** The page of the present address. Without a session the login stands in its place, and the address stays for after it. */
export function App() {
  const session = useSession();
  if (session.data === undefined) {
    return session.error === null ? <Waiting /> : <Unreachable error={session.error} />;
  }
  if (session.data === null) return <LoginPage />;
  return (
    <Shell session={session.data}>
      <Suspense fallback={<Waiting />}>
        <Switch>
          <Route path="/">{() => <NowPage />}</Route>
          <Route path="/login">{() => <Redirect to="/" replace />}</Route>
          <Route path="/schedules">{() => <SchedulesPage />}</Route>
          <Route path="/runs">{() => <RunsPage />}</Route>
          <Route path="/runs/:runId">{({ runId }) => <RunPage runId={runId} />}</Route>
          <Route path="/jobs">{() => <JobsPage />}</Route>
          <Route path="/jobs/:jobId">{({ jobId }) => <JobPage jobId={jobId} />}</Route>
          <Route path="/failures">{() => <FailuresPage />}</Route>
          <Route path="/queues">{() => <QueuesPage />}</Route>
          <Route path="/workers">{() => <WorkersPage />}</Route>
          <Route path="/destinations">{() => <DestinationsPage />}</Route>
          <Route path="/services">{() => <ServicesPage />}</Route>
          <Route path="/services/:serviceId">
            {({ serviceId }) => <ServicePage serviceId={serviceId} />}
          </Route>
          <Route path="/commerce">{() => <CommercePage />}</Route>
          <Route path="/commerce/customers/:customerId">
            {({ customerId }) => <CustomerPage customerId={customerId} />}
          </Route>
          <Route path="/audit">{() => <AuditPage />}</Route>
          <Route path="/incidents">{() => <IncidentsPage />}</Route>
          <Route path="/incidents/:id">{({ id }) => <IncidentPage id={id} />}</Route>
          <Route>{() => <NotFound />}</Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}

function Waiting() {
  return (
    <Center mih="60dvh" aria-busy="true">
      <Loader size="sm" aria-label={words.common.loading} />
    </Center>
  );
}
