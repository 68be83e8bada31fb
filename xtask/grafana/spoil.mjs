// Ways to spoil a dashboard, each with a part of what has to be said about it.

import { composed } from './rules.mjs';

const PANEL = {
  'a misspelt key': ['additional properties', (panel) => rename(panel, 'description', 'desciption')],
  'a string width': ['must be number', (panel) => (panel.gridPos.w = '12')],
  'a bad threshold mode': ['must be equal to one of', (panel) => (panel.fieldConfig.defaults.thresholds.mode = 'absolut')],
  'thresholds out of order': ['not in order', (panel) => panel.fieldConfig.defaults.thresholds.steps.push({ color: 'red', value: 5 }, { color: 'red', value: 1 })],
  'an unknown panel type': ['no panel type graph', (panel) => (panel.type = 'graph')],
  'a missing panel type': ["must have required property 'type'", (panel) => delete panel.type],
  'an unknown option': ['additional properties', (panel) => (panel.options.legned = {})],
  'a missing option': ['must have required property', (panel) => delete panel.options.tooltip],
  'an unknown way to draw': ['must be equal to one of', (panel) => (panel.fieldConfig.defaults.custom.drawStyle = 'dots')],
  'an unknown unit': ['no unit seconds', (panel) => (panel.fieldConfig.defaults.unit = 'seconds')],
  'no unit': ['no unit', (panel) => delete panel.fieldConfig.defaults.unit],
  'no title': ['no title', (panel) => (panel.title = '')],
  'no description': ['no description', (panel) => delete panel.description],
  'a fixed data source': ['data source of its own', (panel) => (panel.targets[0].datasource.uid = 'prom')],
  'an unknown data source': ['must be equal to constant', (panel) => (panel.targets[0].datasource.type = 'loki')],
  'a query of all jobs': ['is not of the chosen job', (panel) => replace(panel, 'job=~"$job"', 'job=~".+"')],
  'a query of all instances': ['is not of the chosen instance', (panel) => replace(panel, 'instance=~"$instance"', 'pod="a"')],
  'a fixed range': ['is not [$__rate_interval]', (panel) => replace(panel, '$__rate_interval', '5m')],
  'a counter without rate': ['is not under rate', (panel) => replace(panel, 'rate(', 'last_over_time(')],
  'an overlap': ['overlaps', (panel) => (panel.gridPos.x = 20)],
  'no targets': ['it asks nothing', (panel) => (panel.targets = [])],
  'a text that asks': ['a text that asks', (panel) => (panel.type = 'text')],
  'lines of the wrong source': ['must be equal to constant', (panel) => (panel.type = 'logs')],
  'a target without a query': ["must have required property 'expr'", (panel) => delete panel.targets[0].expr],
};

const WHOLE = {
  'an editable dashboard': ['it is editable', (dashboard) => (dashboard.editable = true)],
  'a missing data source variable': ['no variable for the data source', (dashboard) => dashboard.templating.list.shift()],
  'a missing job variable': ['no variables for job', (dashboard) => dashboard.templating.list.splice(1, 1)],
  'a bad variable type': ['must be equal to one of', (dashboard) => (dashboard.templating.list[1].type = 'label')],
  'a misspelt annotation': ['additional properties', (dashboard) => rename(dashboard.annotations.list[0], 'titleFormat', 'title')],
  'an incomplete link': ['must have required property', (dashboard) => delete dashboard.links[0].tags],
  'an id twice': ['have the id', (dashboard) => dashboard.panels.push({ ...dashboard.panels[0], gridPos: { x: 0, y: 999, w: 1, h: 1 } })],
  'another refresh': ['not refreshed like the others', (dashboard) => (dashboard.refresh = '10s')],
  'a refresh that is none': ["no choice of Grafana's", (dashboard) => (dashboard.refresh = '7s')],
  'no uid': ['no uid', (dashboard) => delete dashboard.uid],
};

function rename(object, from, to) {
  object[to] = object[from];
  delete object[from];
}

function replace(panel, from, to) {
  panel.targets[0].expr = panel.targets[0].expr.replaceAll(from, to);
}

/** Each way with what has to be said, and a dashboard that it was done to. */
export function* spoilt(dashboards) {
  const suited = (panel) => panel.type === 'timeseries' && panel.targets.some(({ expr }) => /rate\(\w+_total\{.*job.*instance/.test(expr));
  // What a person composed may ask for whatever it wants.
  const generated = dashboards.filter((dashboard) => !composed(dashboard));
  const whole = generated.find((dashboard) => dashboard.panels.some(suited));
  if (whole === undefined) {
    throw new Error('no dashboard has a time series of a rate to be spoilt');
  }
  for (const [what, [expected, spoil]] of Object.entries(PANEL)) {
    const dashboard = structuredClone(whole);
    spoil(dashboard.panels.find(suited));
    yield [what, expected, dashboard];
  }
  for (const [what, [expected, spoil]] of Object.entries(WHOLE)) {
    const dashboard = structuredClone(whole);
    spoil(dashboard);
    yield [what, expected, dashboard];
  }
}
