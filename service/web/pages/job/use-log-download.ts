import { useMutation } from '@tanstack/react-query';
import { messageOf } from '../../api/problem.ts';
import { getLog } from '../../api/service.ts';
import type { Job } from '../../api/types.ts';
import { toast } from '../../components/toasts.tsx';

/** The whole log as the service has it now, as a file. Fetched here and not by a plain link: that could not prove who asks. */
export const useLogDownload = (job: Job, run: number | null, timestamps: boolean) =>
  useMutation({
    mutationFn: async () => {
      const text = await getLog(job.id, run, timestamps);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(text);
      link.download = run === null ? `${job.id}.log` : `${job.id}-run-${run}.log`;
      link.click();
      URL.revokeObjectURL(link.href);
    },
    onError: (error) => toast('failed', `The log could not be downloaded: ${messageOf(error)}`),
  });
