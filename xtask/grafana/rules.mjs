// What is wrong with a dashboard: by Grafana's types, by its units, and by the rules of its linter.

import Ajv from 'ajv';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

// A browser's, which Grafana asks for the format of dates.
Object.defineProperty(globalThis, 'navigator', { value: { language: 'en', languages: ['en'] }, configurable: true });
const { getValueFormats } = createRequire(import.meta.url)('@grafana/data');

/** The identifiers of every unit. */
export const units = new Set(getValueFormats().flatMap((group) => group.submenu.map((unit) => unit.value)));

const types = fileURLToPath(new URL('types.ts', import.meta.url));
const generator = createGenerator({ path: types, skipTypeCheck: true, expose: 'export' });
const ajv = new Ajv({ allErrors: true, strict: false });
const validators = new Map();

/** What is wrong with a value of one of the types. */
function typed(value, type, where) {
  if (!validators.has(type)) {
    // One schema for each: several kinds of panels have a type of the name `Options`.
    validators.set(type, ajv.compile(generator.createSchema(type)));
  }
  const validate = validators.get(type);
  if (validate(value)) {
    return [];
  }
  return validate.errors.map((error) => {
    const of = error.params.additionalProperty ?? error.params.allowedValues?.join(', ') ?? error.params.allowedValue;
    return `${where}${error.instancePath.replaceAll('/', '.')}: ${error.message}${of === undefined ? '' : ` (${of})`}`;
  });
}

// The kinds of panels in use, with the types of their options and of what they draw a field with.
const KINDS = {
  timeseries: ['TimeSeriesOptions', 'TimeSeriesCustom'],
  stat: ['StatOptions'],
  gauge: ['GaugeOptions'],
  bargauge: ['BarGaugeOptions'],
  piechart: ['PieOptions'],
  heatmap: ['HeatmapOptions'],
  table: ['TableOptions', 'TableCustom'],
  logs: ['LogsOptions'],
  text: ['TextOptions'],
  'state-timeline': ['StateTimelineOptions', 'StateTimelineCustom'],
};

// How often a dashboard may be refreshed by Grafana's own menu; the empty one is never.
const INTERVALS = ['', '5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d'];

/** Everything that is wrong with a dashboard. */
export function mistakes(dashboard) {
  const found = typed(dashboard, 'Dashboard', 'dashboard');
  found.push(...surroundings(dashboard));
  const [ids, cells] = [new Set(), new Set()];
  let titles = new Set();
  for (const panel of dashboard.panels ?? []) {
    if (ids.has(panel.id)) {
      found.push(`two panels have the id ${panel.id}`);
    }
    ids.add(panel.id);
    const { x, y, w, h } = panel.gridPos ?? {};
    for (let at = 0; at < w * h; at += 1) {
      const cell = `${x + (at % w)},${y + Math.floor(at / w)}`;
      if (cells.has(cell) || x + w > 24) {
        found.push(`panel "${panel.title}" overlaps another or the edge`);
        break;
      }
      cells.add(cell);
    }
    if (panel.type === 'row') {
      titles = new Set();
      continue;
    }
    if (titles.has(panel.title)) {
      found.push(`two panels of a row are called "${panel.title}"`);
    }
    titles.add(panel.title);
    found.push(...inPanel(panel, dashboard).map((mistake) => `panel "${panel.title}": ${mistake}`));
  }
  return found;
}

/** Rules about the dashboard as a whole. */
function surroundings(dashboard) {
  const found = [];
  const say = (wrong, text) => wrong && found.push(text);
  say(!dashboard.title, 'no title');
  say(!dashboard.description, 'no description');
  say(!dashboard.uid || dashboard.uid.length > 40, 'no uid, or one that is too long');
  say(dashboard.editable !== false, 'it is editable');
  say(!composed(dashboard) && dashboard.refresh !== '30s', 'it is not refreshed like the others');
  say(!INTERVALS.includes(dashboard.refresh), `no choice of Grafana's is ${dashboard.refresh}`);
  const variables = dashboard.templating?.list ?? [];
  const variable = (name) => variables.find((candidate) => candidate.name === name);
  const source = variable('datasource');
  say(source?.type !== 'datasource' || source?.query !== 'prometheus', 'no variable for the data source');
  say(!targeted(dashboard) && !composed(dashboard), 'no variables for job and instance');
  for (const list of variables.filter((candidate) => candidate.type === 'query')) {
    say(list.datasource?.uid !== '${datasource}', `variable ${list.name} has a data source of its own`);
  }
  for (const annotation of dashboard.annotations?.list ?? []) {
    say(annotation.datasource?.uid !== '${datasource}', `annotation ${annotation.name} has a data source of its own`);
  }
  return found;
}

/** Whether a person composed it, who decides which targets it shows. */
export const composed = (dashboard) => (dashboard.description ?? '').includes('Composed in the build script');

function targeted(dashboard) {
  const names = (dashboard.templating?.list ?? []).map((variable) => variable.name);
  return names.includes('job') && names.includes('instance');
}

/** Rules about one panel. */
function inPanel(panel, dashboard) {
  const [options, custom] = KINDS[panel.type] ?? [];
  if (options === undefined) {
    return [`no panel type ${panel.type}`];
  }
  const found = typed(panel.options, options, 'options');
  const say = (wrong, text) => wrong && found.push(text);
  const defaults = panel.fieldConfig?.defaults ?? {};
  if (custom !== undefined) {
    found.push(...typed(defaults.custom, custom, 'custom'));
  }
  say(custom === undefined && defaults.custom !== undefined, `a ${panel.type} has no custom options`);
  say(!panel.title, 'no title');
  say(!panel.description, 'no description');
  say(!defaults.unit, 'no unit');
  found.push(...unit(defaults.unit), ...thresholds(defaults.thresholds));
  for (const link of defaults.links ?? []) {
    found.push(...typed(link, 'Link', 'link'));
  }
  for (const property of (panel.fieldConfig?.overrides ?? []).flatMap((override) => override.properties)) {
    found.push(...overridden(property));
  }
  for (const transformation of panel.transformations ?? []) {
    say(!['merge', 'organize'].includes(transformation.id), `no transformation ${transformation.id}`);
    if (transformation.id === 'organize') {
      found.push(...typed(transformation.options, 'Organize', 'organize'));
    }
  }
  const logs = panel.type === 'logs';
  const source = logs ? '${logs}' : '${datasource}';
  // A text says what it says.
  say(((panel.targets ?? []).length === 0) !== (panel.type === 'text'), 'it asks nothing, or is a text that asks');
  for (const target of panel.targets ?? []) {
    found.push(...typed(target, logs ? 'LogsTarget' : 'Target', 'target'));
    say(target.datasource?.uid !== source, 'a target has a data source of its own');
    found.push(...(logs ? [] : query(target.expr ?? '', targeted(dashboard) && !composed(dashboard))));
  }
  say(panel.datasource?.uid !== source, 'it has a data source of its own');
  return found;
}

function unit(id) {
  const own = /^(prefix|suffix|time|si|count|currency|bool):./.test(id ?? '');
  return id === undefined || own || units.has(id) ? [] : [`no unit ${id}`];
}

/** The first step begins at minus infinity, and each of the others above the one before. */
function thresholds(of) {
  const values = (of?.steps ?? []).map((step) => step.value);
  const rising = values.every((value, at) => (at === 0 ? value === null : at === 1 || value > values[at - 1]));
  return values.length > 0 && rising ? [] : ['its thresholds are not in order'];
}

function overridden({ id, value }) {
  switch (id) {
    case 'unit':
      return unit(value);
    case 'links':
      return value.flatMap((link) => typed(link, 'Link', 'link'));
    case 'mappings':
      return typed(value, 'Mappings', 'mappings');
    case 'color':
      return typed(value, 'Color', 'override');
    case 'custom.cellOptions':
    case 'custom.width': {
      const column = { align: 'auto', inspect: false, cellOptions: { type: 'auto' }, [id.replace('custom.', '')]: value };
      return typed(column, 'TableCustom', 'override');
    }
    default:
      return [`no override of ${id}`];
  }
}

/** What Grafana's linter asks of a query. */
function query(expr, targets) {
  const found = [];
  for (const [, name, matchers] of expr.matchAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g)) {
    if (!targets || name === 'ALERTS') {
      continue;
    }
    // Rules add up instances.
    const needed = name.includes(':') ? ['job'] : ['job', 'instance'];
    for (const label of needed.filter((label) => !matchers.includes(`${label}=~"$${label}"`))) {
      found.push(`${name} is not of the chosen ${label}`);
    }
  }
  const bare = expr.replace(/"(?:\\.|[^"\\])*"/g, '""');
  for (const match of bare.matchAll(/[a-zA-Z_][\w]*_(?:total|bucket)\b/g)) {
    if (!/\b(?:rate|irate|increase)\($/.test(bare.slice(0, match.index))) {
      found.push(`the counter ${match[0]} is not under rate`);
    }
  }
  for (const [range] of bare.matchAll(/\[[^\]]*\]/g)) {
    if (range !== '[$__rate_interval]') {
      found.push(`the range ${range} is not [$__rate_interval]`);
    }
  }
  return found;
}
