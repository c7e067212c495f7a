import { resolve } from 'node:path';
import { findChromium, launchBrowser } from '../../web/browser.ts';
import { TO } from './recorded.ts';
import { isInstalled, panels, startPrometheus } from './server.ts';

// npm run screenshots:prometheus: what Prometheus' own page shows of the recorded hours, by the queries of a dashboard of ours.

const DASHBOARD = 'TrainingJob Operator Metrics';
const SHOWN = ['Progress', 'Loss'];
const FILE = resolve('docs/screenshots/prometheus.png');

if (!isInstalled) throw new Error('no prometheus and promtool on PATH: apt-get install prometheus');
const chromium = await findChromium();
if (typeof chromium === 'string') throw new Error(chromium);
const server = await startPrometheus();
const { browser, close } = await launchBrowser(chromium);
try {
  const end = new Date(TO * 1000).toISOString().slice(0, 16).replace('T', ' ');
  const graphs = panels.filter(({ dashboard, title }) => dashboard === DASHBOARD && SHOWN.includes(title));
  const query = new URLSearchParams(
    graphs.flatMap(({ expr }, at): [string, string][] => [
      [`g${at}.expr`, expr],
      [`g${at}.tab`, '0'],
      [`g${at}.range_input`, '3h'],
      [`g${at}.end_input`, end],
    ]),
  );
  const page = await browser.newPage({ viewport: { width: 1100, height: 1560 } });
  await page.goto(`${server.url}/graph?${query}`);
  // Two lines in each: both jobs.
  await page.waitForFunction(`document.querySelectorAll('.rickshaw_graph svg path').length >= ${2 * graphs.length}`);
  await page.evaluate('window.scrollTo(0, 0)');
  await page.screenshot({ path: FILE });
  console.log(FILE);
} finally {
  await close();
  await server.close();
}
