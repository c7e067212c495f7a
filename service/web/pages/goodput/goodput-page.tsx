import { useMutation } from '@tanstack/react-query';
import { Download, Hourglass, TriangleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { messageOf } from '../../api/problem.ts';
import { getGoodputCsv } from '../../api/service.ts';
import type { Goodput } from '../../api/types.ts';
import { useGoodput } from '../../api/use-goodput.ts';
import { Button } from '../../components/button.tsx';
import { Failed, Loading, Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { toast } from '../../components/toasts.tsx';
import { saveFile } from '../../lib/download.ts';
import { dayOf, readPeriod, sumOf, type Unit, type Work, writePeriod } from '../../lib/goodput.ts';
import { PeriodChoice } from './period-choice.tsx';
import { TeamsTable } from './teams-table.tsx';
import { Totals } from './totals.tsx';

const UNITS = [
  ['gpuHours', 'GPU hours'],
  ['cpuHours', 'CPU hours'],
] as const;

/** What work came to: the hours of each team, what of them was lost and to what. */
export default function GoodputPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const period = useMemo(() => readPeriod(new URLSearchParams(search)), [search]);
  const goodput = useGoodput(period);
  const { data } = goodput;
  const all = useMemo(() => sumOf(data?.teams ?? []), [data]);
  const [chosen, setUnit] = useState<Unit | null>(null);
  const unit = chosen ?? (all.gpuHours > 0 ? 'gpuHours' : 'cpuHours');
  return (
    <Page title="Goodput" actions={data && <Export goodput={data} />}>
      <p className="-mt-2 max-w-prose text-ink-soft">
        Hours of jobs that are still known, by namespace: what they came to, and what was lost to failures and people.
      </p>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <PeriodChoice
          period={period}
          onChange={(next) => navigate(`/goodput${writePeriod(next)}`, { replace: true })}
        />
        <Segments legend="Hours of" options={UNITS} value={unit} onChange={setUnit} />
      </div>
      {data ? (
        <Answer goodput={data} all={all} unit={unit} />
      ) : (
        <div className="card">
          {goodput.isPending ? (
            <Loading what="the hours" />
          ) : (
            <Failed what="The hours" error={goodput.error} retry={() => void goodput.refetch()} />
          )}
        </div>
      )}
    </Page>
  );
}

function Answer({ goodput: { complete, teams }, all, unit }: { goodput: Goodput; all: Work; unit: Unit }) {
  if (teams.length === 0) {
    return (
      <div className="card">
        <Notice icon={Hourglass} title="Nothing ran in this time">
          Hours are counted from the first attempt of a job that runs. Choose another time, or look again later.
        </Notice>
      </div>
    );
  }
  return (
    <>
      {!complete && (
        <p role="status" className="card flex gap-3 border-pending bg-pending-soft px-4 py-3">
          <TriangleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-pending" />
          More jobs ran in this time than one answer counts: the numbers are of a part of them. Choose less time.
        </p>
      )}
      <Totals all={all} unit={unit} />
      <TeamsTable teams={teams} unit={unit} />
    </>
  );
}

/** Of the very time that is shown. */
function Export({ goodput: { from, to } }: { goodput: Goodput }) {
  const download = useMutation({
    mutationFn: async () => {
      const period = { from: new Date(from), to: new Date(to) };
      const csv = await getGoodputCsv(period);
      const lastDay = new Date(period.to.getTime() - 1);
      saveFile(`goodput-${dayOf(period.from)}-to-${dayOf(lastDay)}.csv`, csv, 'text/csv');
    },
    onError: (error) => toast('failed', `The hours could not be downloaded: ${messageOf(error)}`),
  });
  return (
    <Button icon={Download} busy={download.isPending} onClick={() => download.mutate()}>
      CSV
    </Button>
  );
}
