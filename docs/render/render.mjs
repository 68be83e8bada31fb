// node render.mjs DASHBOARD.json PROMETHEUS-URL PICTURE.png [MINUTES]

import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const [file, prometheus, picture, minutes = '5'] = process.argv.slice(2);
const dashboard = JSON.parse(readFileSync(file, 'utf8'));
const WIDTH = 1280;
const STEP = 5;
const end = Math.floor(Date.now() / 1000);
const start = end - 60 * Number(minutes);

const values = new Map();

/** A query as Grafana sends it when everything is chosen. */
function chosen(expr) {
  const names = [...values.keys()].sort((a, b) => b.length - a.length);
  return names.reduce((text, name) => text.replaceAll(`$${name}`, () => values.get(name)), expr.replaceAll('$__rate_interval', '30s'));
}

/** All that a variable offers, as an expression: other programs in the same Prometheus are not among it. */
async function offered({ query, allValue }) {
  if (allValue) return allValue;
  const [, select, label] = /^label_values\((.*), (\w+)\)$/s.exec(query);
  const match = encodeURIComponent(chosen(select));
  const { data } = await (await fetch(`${prometheus}/api/v1/series?match[]=${match}&start=${start}&end=${end}`)).json();
  const found = new Set(data.map((series) => series[label]).filter(Boolean));
  // Backslashes are doubled for PromQL's string.
  return `(${[...found].map((value) => value.replace(/[^\w:-]/g, '\\\\$&')).join('|')})`;
}

for (const variable of dashboard.templating.list.filter(({ type }) => type === 'query')) {
  values.set(variable.name, await offered(variable));
}

async function ask(target) {
  const query = encodeURIComponent(chosen(target.expr));
  const path = target.instant
    ? `query?query=${query}&time=${end}`
    : `query_range?query=${query}&start=${start}&end=${end}&step=${STEP}`;
  const answer = await (await fetch(`${prometheus}/api/v1/${path}`)).json();
  if (answer.status !== 'success') {
    throw new Error(`${target.expr}: ${answer.error}`);
  }
  return answer.data.result.map(({ metric, values, value }) => ({ metric, values: values ?? [value] }));
}

for (const panel of dashboard.panels.filter((panel) => panel.type !== 'row')) {
  panel.results = await Promise.all(panel.targets.map(ask));
}

const directory = mkdtempSync(join(tmpdir(), 'render-'));
await build({
  entryPoints: [fileURLToPath(new URL('page.jsx', import.meta.url))],
  bundle: true,
  outfile: join(directory, 'page.js'),
  format: 'iife',
  jsx: 'automatic',
  alias: { 'react-custom-scrollbars-2': fileURLToPath(new URL('scrollbars.js', import.meta.url)) },
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  loader: { '.svg': 'dataurl', '.ttf': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl' },
  logLevel: 'error',
});
writeFileSync(join(directory, 'data.js'), `window.input = ${JSON.stringify({ dashboard, start, end, step: STEP, width: WIDTH })};`);

const page = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css"><body style="margin:0"><div id="root"></div>
<script src="data.js"></script><script src="page.js"></script>`;
const server = createServer((request, response) => {
  const name = request.url.slice(1);
  const known = ['data.js', 'page.js', 'page.css'].includes(name);
  const script = name.endsWith('.js') ? 'text/javascript' : 'text/css';
  response.setHeader('content-type', known ? script : 'text/html');
  response.end(known ? readFileSync(join(directory, name)) : page);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
// The browser is a process of its own, and is asked without blocking the server that it asks.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars'];
flags.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
flags.push(`--user-data-dir=${join(directory, 'profile')}`, `--window-size=${WIDTH},${bottom * 38 + 64}`);
flags.push('--virtual-time-budget=8000', '--enable-logging=stderr', `--screenshot=${picture}`);
const browser = spawn(process.env.CHROMIUM ?? 'chromium', [...flags, `http://127.0.0.1:${server.address().port}/`]);
let said = '';
browser.stderr.on('data', (text) => (said += text));
const code = await new Promise((resolve) => browser.on('exit', resolve));
server.close();
rmSync(directory, { recursive: true, force: true });
said.split('\n').filter((line) => /CONSOLE.*Error/.test(line)).slice(0, 10).forEach((line) => console.log(line));
if (code === 0) {
  // Its colours are few: a palette of them makes a third of the size.
  writeFileSync(picture, await sharp(readFileSync(picture)).png({ palette: true, colours: 128, effort: 10 }).toBuffer());
}
process.exit(code ?? 1);
