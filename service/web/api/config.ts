/** What the page is told when it starts, by whoever serves it: the service itself, or nginx from API_BASE_URL. */
interface PageConfig {
  /** Where the API answers, without a path; empty when it is where the page came from. */
  readonly apiBaseUrl: string;
}

export const loadConfig = async (): Promise<PageConfig> => {
  const response = await fetch('/config.json', { cache: 'no-cache' });
  if (!response.ok || !(response.headers.get('content-type') ?? '').includes('json')) return { apiBaseUrl: '' };
  const config: unknown = await response.json();
  const said = typeof config === 'object' && config !== null && 'apiBaseUrl' in config ? config.apiBaseUrl : '';
  return { apiBaseUrl: typeof said === 'string' ? said.replace(/\/+$/, '') : '' };
};
