import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { LiveUpdates } from './api/live.tsx';
import { AppShell } from './components/app-shell.tsx';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { Loading } from './components/notice.tsx';
import { Toasts } from './components/toasts.tsx';
import { JobsPage } from './pages/jobs/jobs-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { SignInGate } from './pages/sign-in/sign-in-gate.tsx';

// Jobs is where one lands; the others come when they are asked for.
const JobPage = lazy(() => import('./pages/job/job-page.tsx'));
const NewJobPage = lazy(() => import('./pages/new-job/new-job-page.tsx'));
const ClustersPage = lazy(() => import('./pages/clusters/clusters-page.tsx'));

export function App() {
  return (
    <SignInGate>
      <LiveUpdates>
        <AppShell>
          <ErrorBoundary>
            <Suspense fallback={<Loading what="the page" />}>
              <Switch>
                <Route path="/" component={JobsPage} />
                <Route path="/new">
                  <NewJobPage />
                </Route>
                <Route path="/clusters">
                  <ClustersPage />
                </Route>
                <Route path="/jobs/:id/:tab?">{({ id, tab }) => <JobPage key={id} id={id} tab={tab} />}</Route>
                <Route component={NotFoundPage} />
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </AppShell>
        <Toasts />
      </LiveUpdates>
    </SignInGate>
  );
}
