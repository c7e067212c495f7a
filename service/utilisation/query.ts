// What the Prometheus of a member is asked: one query, whose answer has a few numbers for each job, however many pods it has. It needs no
// labels but those that the kubelet (cAdvisor) and NVIDIA's dcgm-exporter give, so a pod's job is read from its name: names of objects
// end in eight hexadecimal digits (service/jobs/ids.ts), and what follows is the operator's.

/** In the name of a pod, the whole of which it fits. Without the number of an attempt, of which there is one at a time. */
export const NAME_OF_OBJECT = '(.+-[0-9a-f]{8})-.+';
const PODS = '.+-[0-9a-f]{8}-.+';
/** Long enough for two scrapes a minute apart, and for a step that fills a GPU now and then. */
const WINDOW = '5m';

export const LABEL = { job: 'mlp_job', figure: 'mlp_figure' } as const;
export const FIGURES = ['gpuPercent', 'gpus', 'idleGpus', 'cpuCores'] as const;
export type Figure = (typeof FIGURES)[number];

const ofJob = (vector: string, podLabel: string): string =>
  `label_replace(${vector}, "${LABEL.job}", "$1", "${podLabel}", "${NAME_OF_OBJECT}")`;

const gpuUse = (selector: string): string => `avg_over_time(DCGM_FI_DEV_GPU_UTIL{${selector}}[${WINDOW}])`;

// A Prometheus that does not take labels from its targets (honor_labels) has the exporter's own pod in `pod`, and whose the GPU is in
// `exported_pod`. One GPU counts once, though two monitors may scrape it.
const GPUS = `max by (namespace, ${LABEL.job}, UUID, gpu, Hostname) (${[
  ofJob(gpuUse(`exported_pod="",pod=~"${PODS}"`), 'pod'),
  `label_replace(${ofJob(gpuUse(`exported_pod=~"${PODS}"`), 'exported_pod')}, "namespace", "$1", "exported_namespace", "(.+)")`,
].join(' or ')})`;

/**
 * `container=""` are the sums over a pod that cAdvisor tells beside its containers. deriv, not rate: that one takes a pod that is a minute old
 * for one that did nothing in the four minutes before. A container that starts anew is another series, so no series begins anew.
 */
const CPU = `max by (namespace, ${LABEL.job}, pod, container) (${ofJob(
  `deriv(container_cpu_usage_seconds_total{container!="",pod=~"${PODS}"}[${WINDOW}])`,
  'pod',
)})`;

const BY_JOB = `by (namespace, ${LABEL.job})`;

/** A GPU that was busy for at most so many percent of the time is idle. */
export function utilisationQuery(idlePercent: number): string {
  const vectors: Record<Figure, string> = {
    gpuPercent: `avg ${BY_JOB} (${GPUS})`,
    gpus: `count ${BY_JOB} (${GPUS})`,
    idleGpus: `count ${BY_JOB} (${GPUS} <= ${idlePercent})`,
    cpuCores: `sum ${BY_JOB} (${CPU})`,
  };
  return FIGURES.map((figure) => `label_replace(${vectors[figure]}, "${LABEL.figure}", "${figure}", "", "")`).join(
    ' or ',
  );
}
