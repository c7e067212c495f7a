import { useMutation } from '@tanstack/react-query';
import { messageOf } from '../../api/problem.ts';
import { getLog } from '../../api/service.ts';
import type { Job } from '../../api/types.ts';
import { toast } from '../../components/toasts.tsx';
import { saveFile } from '../../lib/download.ts';

/** The whole log as the service has it now, as a file. Fetched here and not by a plain link: that could not prove who asks. */
export const useLogDownload = (job: Job, run: number | null, timestamps: boolean) =>
  useMutation({
    mutationFn: async () => {
      const text = await getLog(job.id, run, timestamps);
      saveFile(run === null ? `${job.id}.log` : `${job.id}-run-${run}.log`, text);
    },
    onError: (error) => toast('failed', `The log could not be downloaded: ${messageOf(error)}`),
  });
