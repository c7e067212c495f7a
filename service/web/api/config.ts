/** What the page is told when it starts, by whoever serves it: the service itself, or nginx from API_BASE_URL. */
interface PageConfig {
  /** Where the API answers, without a path; empty when it is where the page came from. */
  readonly apiBaseUrl: string;
  /** On a machine of one's own, whose clusters are simulated; null where they are real. */
  readonly localTrainings: 'simulated' | 'real' | null;
}

const USUAL: PageConfig = { apiBaseUrl: '', localTrainings: null };

let config = USUAL;

export const pageConfig = (): PageConfig => config;

/** Once, before anything is shown. */
export const loadConfig = async (): Promise<PageConfig> => {
  const response = await fetch('/config.json', { cache: 'no-cache' });
  const isJson = response.ok && (response.headers.get('content-type') ?? '').includes('json');
  config = isJson ? read(await response.json()) : USUAL;
  return config;
};

const read = (said: unknown): PageConfig => {
  const { apiBaseUrl, localTrainings } = (said ?? {}) as Partial<Record<keyof PageConfig, unknown>>;
  return {
    apiBaseUrl: typeof apiBaseUrl === 'string' ? apiBaseUrl.replace(/\/+$/, '') : '',
    localTrainings: localTrainings === 'simulated' || localTrainings === 'real' ? localTrainings : null,
  };
};
