import { Suspense, useEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { LiveUpdates } from './api/live.tsx';
import { AppShell } from './components/app-shell.tsx';
import { Dock } from './components/dock.tsx';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { fetchedPage } from './components/fetched-page.tsx';
import { JobNotifications } from './components/job-notifications.tsx';
import { Loading } from './components/notice.tsx';
import { JobsPage } from './pages/jobs/jobs-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { SignInGate } from './pages/sign-in/sign-in-gate.tsx';

const { Page: JobPage, fetch: fetchJob } = fetchedPage(() => import('./pages/job/job-page.tsx'));
const { Page: NewJobPage, fetch: fetchNewJob } = fetchedPage(() => import('./pages/new-job/new-job-page.tsx'));
const { Page: ComparePage, fetch: fetchCompare } = fetchedPage(() => import('./pages/compare/compare-page.tsx'));
const { Page: ClustersPage, fetch: fetchClusters } = fetchedPage(() => import('./pages/clusters/clusters-page.tsx'));
const { Page: GoodputPage, fetch: fetchGoodput } = fetchedPage(() => import('./pages/goodput/goodput-page.tsx'));

/** Jobs is where one lands; the others follow when there is time, so that they are there when the service is not. */
const fetchTheRest = (): void => {
  for (const fetchPage of [fetchJob, fetchNewJob, fetchClusters, fetchCompare, fetchGoodput])
    fetchPage().catch(() => undefined);
};

export function App() {
  useEffect(() => {
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in window) requestIdleCallback(fetchTheRest, { timeout: 2000 });
    else setTimeout(fetchTheRest, 500);
  }, []);
  const [location] = useLocation();
  return (
    <SignInGate>
      <LiveUpdates>
        <AppShell>
          <ErrorBoundary place={location}>
            {/* A boundary for each page: a page that is left goes at once, also while the next one is still being fetched. */}
            <Suspense key={location.split('/')[1]} fallback={<Loading what="the page" />}>
              <Switch>
                <Route path="/" component={JobsPage} />
                <Route path="/new">
                  <NewJobPage />
                </Route>
                <Route path="/compare">
                  <ComparePage />
                </Route>
                <Route path="/clusters">
                  <ClustersPage />
                </Route>
                <Route path="/goodput">
                  <GoodputPage />
                </Route>
                <Route path="/jobs/:id/:tab?">{({ id, tab }) => <JobPage key={id} id={id} tab={tab} />}</Route>
                <Route component={NotFoundPage} />
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </AppShell>
        <Dock />
        <JobNotifications />
      </LiveUpdates>
    </SignInGate>
  );
}
