import { pageConfig } from '../api/config.ts';

/** Of `npm start`: a line that keeps anybody from taking what is made up for a training. Nothing on real clusters. */
export function LocalTrainings() {
  const { localTrainings } = pageConfig();
  if (localTrainings === null) return null;
  return (
    <p className="mx-auto w-full max-w-[100rem] px-4 pb-2 text-xs text-ink-faint sm:px-6">
      {localTrainings === 'real' ? (
        <>
          <strong className="font-semibold">Real trainers on this machine</strong>: jobs of the built-in algorithms
          train. What an engine needs is fetched with its first job, whose log tells how far that is. Other jobs are
          simulated.
        </>
      ) : (
        <>
          <strong className="font-semibold">Simulated clusters</strong>: jobs go through their states, and nothing is
          trained. <code className="font-mono">npm start -- --trainers</code> trains for real.
        </>
      )}
    </p>
  );
}
