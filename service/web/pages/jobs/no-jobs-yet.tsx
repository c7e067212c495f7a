import { Plus, Rocket } from 'lucide-react';
import { apiBase } from '../../api/client.ts';
import { useAuth, useMe } from '../../api/me.ts';
import { ButtonLink } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Notice } from '../../components/notice.tsx';
import { mayChangeSome } from '../../lib/permissions.ts';

/** What a first visitor sees: what a job is, and two ways to the first one. */
export function NoJobsYet() {
  const me = useMe().data;
  const signedIn = useAuth().data?.mode !== 'none';
  if (!mayChangeSome(me)) {
    return (
      <Notice icon={Rocket} title="No jobs yet">
        Jobs that others submit in your namespaces appear here by themselves. To submit some yourself, ask an
        administrator of the platform for the role submitter.
      </Notice>
    );
  }
  return (
    <>
      <Notice
        icon={Rocket}
        title="No jobs yet"
        action={
          <ButtonLink href="/new" variant="primary" icon={Plus}>
            New job
          </ButtonLink>
        }
      >
        A job trains one model on one of the clusters: choose a built-in algorithm, or bring a container of your own. It
        appears here as soon as it is accepted, with its state, its pods and its log.
      </Notice>
      <div className="mx-auto grid w-full max-w-2xl gap-2 px-4 pb-10">
        <p className="text-ink-soft">
          Or from a terminal (
          <a href={`${apiBase()}/docs`} className="link underline">
            what the API can do
          </a>
          ):
        </p>
        <CodeBlock label="the command" text={firstCommand(signedIn)} />
      </div>
    </>
  );
}

const firstCommand = (signedIn: boolean): string =>
  [
    `curl ${apiBase() || location.origin}/api/v1/jobs`,
    ...(signedIn ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    "-H 'Content-Type: application/json'",
    `-d '{"jobName": "first", "algorithm": {"algorithmName": "xgboost"}}'`,
  ].join(' \\\n  ');
