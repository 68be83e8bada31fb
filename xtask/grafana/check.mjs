// Holds dashboards against Grafana's own types, units and the rules of its linter.
//
//     node check.mjs DASHBOARD.json...
//
// First it spoils a dashboard in every way that it claims to notice: a check that cannot fail is none.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { mistakes, units } from './rules.mjs';
import { spoilt } from './spoil.mjs';

const files = process.argv.slice(2);
const [listed] = files.splice(0, 1);
const failures = [];

const known = readFileSync(listed, 'utf8').split('\n').filter(Boolean);
const grafana = [...units].sort();
if (JSON.stringify([...known].sort()) !== JSON.stringify(grafana)) {
  const lacking = grafana.filter((unit) => !known.includes(unit));
  const more = known.filter((unit) => !units.has(unit));
  failures.push(`${listed}: lacks ${lacking.join(' ') || 'nothing'}; has besides ${more.join(' ') || 'nothing'}`);
}

const dashboards = files.map((file) => [file, JSON.parse(readFileSync(file, 'utf8'))]);
let panels = 0;
let queries = 0;
const uids = new Map();
for (const [file, dashboard] of dashboards) {
  failures.push(...mistakes(dashboard).map((mistake) => `${file}: ${mistake}`));
  panels += dashboard.panels.filter((panel) => panel.type !== 'row').length;
  queries += dashboard.panels.flatMap((panel) => panel.targets ?? []).length;
  // A package's dashboards may be among the files twice: made for a test, and committed.
  const name = basename(file);
  if ((uids.get(dashboard.uid) ?? name) !== name) {
    failures.push(`${file}: has the uid of ${uids.get(dashboard.uid)}`);
  }
  uids.set(dashboard.uid, name);
}

let noticed = 0;
for (const [what, expected, dashboard] of spoilt(dashboards.map(([, dashboard]) => dashboard))) {
  const found = mistakes(dashboard);
  if (found.some((mistake) => mistake.includes(expected))) {
    noticed += 1;
  } else {
    failures.push(`${what} is not noticed; what is: ${found.slice(0, 3).join('; ') || 'nothing'}`);
  }
}

failures.forEach((failure) => console.log(`  ${failure}`));
console.log(
  `  ${files.length} dashboards, ${panels} panels, ${queries} queries, ${units.size} units; ${noticed} ways to spoil one noticed`,
);
process.exit(failures.length > 0 || files.length === 0 ? 1 : 0);
