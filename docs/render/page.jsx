// One dashboard, on Grafana's grid of 24 columns.

import { createTheme, dateTime, FieldType, getDisplayProcessor, getFieldDisplayName, getMinMaxAndDelta, ThemeContext, toDataFrame } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { BarGauge, BigValue, GlobalStyles, PanelChrome, Table, TimeSeries } from '@grafana/ui';
import { createRoot } from 'react-dom/client';
import 'uplot/dist/uPlot.min.css';
import { Boundary } from './boundary.jsx';
import { Dial, Heat, Ring, States } from './drawn.jsx';

const { dashboard, start, end, width } = window.input;
for (const { fieldConfig } of dashboard.panels.filter(({ type }) => type !== 'row')) {
  // JSON cannot say minus infinity.
  fieldConfig.defaults.thresholds.steps[0].value = -Infinity;
}
const theme = createTheme({ colors: { mode: 'dark' } });
const timeRange = {
  from: dateTime(start * 1000),
  to: dateTime(end * 1000),
  raw: { from: 'now-5m', to: 'now' },
};

/** The name of a series: `{{label}}` stands for the value of a label. */
const named = (legend, metric) => legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? '');

/** The series of a panel as frames. */
function frames(panel) {
  const { defaults } = panel.fieldConfig;
  let index = 0;
  return panel.results.flatMap((series, at) =>
    series.map(({ metric, values }) => {
      const name = named(panel.targets[at].legendFormat, metric);
      const frame = toDataFrame({
        fields: [
          { name: 'Time', type: FieldType.time, values: values.map(([time]) => time * 1000) },
          {
            name: name || 'Value',
            type: FieldType.number,
            values: values.map(([, value]) => (value === 'NaN' ? null : Number(value))),
            config: { ...defaults, displayName: name || undefined },
          },
        ],
      });
      const override = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === name);
      for (const { id, value } of override?.properties ?? []) {
        frame.fields[1].config[id] = value;
      }
      frame.refId = panel.targets[at].refId;
      frame.fields[1].state = { seriesIndex: index++ };
      prepare(frame);
      return frame;
    }),
  );
}

function prepare(frame) {
  for (const field of frame.fields) {
    field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
    const range = field.type === FieldType.number ? getMinMaxAndDelta(field) : undefined;
    field.state = { ...field.state, displayName: getFieldDisplayName(field, frame), range };
  }
  return frame;
}

/** The last value of each series. */
const last = (panel) =>
  frames(panel).map((frame) => {
    const field = frame.fields[1];
    const value = field.values.filter((value) => value !== null).at(-1) ?? null;
    return { field, frame, value, display: { ...field.display(value), title: field.name === 'Value' ? '' : field.name } };
  });

/** A table of what the queries return, joined on what labels they have in common, as `merge` and `organize` do. */
function table(panel) {
  const organize = panel.transformations.find(({ id }) => id === 'organize').options;
  const rows = [];
  panel.results.forEach((series, at) => {
    const value = panel.results.length > 1 ? `Value #${panel.targets[at].refId}` : 'Value';
    for (const { metric, values } of series) {
      const labels = Object.entries(metric).filter(([label]) => label !== '__name__');
      const same = (row) => labels.every(([label, text]) => !(label in row) || row[label] === text);
      const shared = (row) => labels.some(([label]) => label in row);
      const row = rows.find((row) => shared(row) && same(row)) ?? rows[rows.push({}) - 1];
      Object.assign(row, Object.fromEntries(labels), { [value]: Number(values[0][1]) });
    }
  });
  const names = [...new Set(rows.flatMap(Object.keys))].filter((name) => !organize.excludeByName[name]);
  names.sort((a, b) => (organize.indexByName[a] ?? 99) - (organize.indexByName[b] ?? 99));
  const fields = names.map((name) => {
    const title = organize.renameByName[name] ?? name;
    const override = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === title);
    const config = { ...panel.fieldConfig.defaults, custom: { ...panel.fieldConfig.defaults.custom } };
    for (const { id, value } of override?.properties ?? []) {
      id.startsWith('custom.') ? (config.custom[id.slice(7)] = value) : (config[id] = value);
    }
    const values = rows.map((row) => row[name] ?? null);
    const type = name.startsWith('Value') ? FieldType.number : FieldType.string;
    return { name: title, type, values, config: type === FieldType.string ? { ...config, unit: undefined } : config };
  });
  const frame = prepare(toDataFrame({ fields }));
  for (const field of frame.fields) {
    field.getLinks = () => (field.config.links ?? []).map((link) => ({ title: link.title, href: '#', target: '_blank', origin: field }));
  }
  return frame;
}

function Numbers({ panel, width, height }) {
  const values = last(panel);
  return (
    <div style={{ display: 'flex' }}>
      {values.map(({ field, frame, display }, at) => (
        <BigValue
          key={at}
          theme={theme}
          value={display}
          width={width / values.length}
          height={height}
          colorMode={panel.options.colorMode}
          graphMode={panel.options.graphMode}
          justifyMode="auto"
          sparkline={panel.options.graphMode === 'area' ? { y: field, x: frame.fields[0], timeRange: { from: start * 1000, to: end * 1000 } } : undefined}
          textMode={values.length > 1 ? 'value_and_name' : 'value'}
        />
      ))}
    </div>
  );
}

function Bars({ panel, width, height }) {
  const values = last(panel).sort((a, b) => b.value - a.value);
  const highest = Math.max(...values.map(({ value }) => value), 0);
  const each = Math.min(36, (height - 8) / values.length);
  return values.map(({ field, display }, at) => (
    <BarGauge
      key={at}
      theme={theme}
      field={{ ...field.config, min: field.config.min ?? 0, max: field.config.max ?? highest }}
      display={field.display}
      value={display}
      width={width}
      height={each - 6}
      orientation="horizontal"
      displayMode="basic"
      namePlacement="left"
      valueDisplayMode="color"
      showUnfilled
      itemSpacing={6}
      alignmentFactors={{
        title: values.map(({ display }) => display.title).reduce((a, b) => (a.length > b.length ? a : b), ''),
        text: values.map(({ display }) => display.text + (display.suffix ?? '')).reduce((a, b) => (a.length > b.length ? a : b), ''),
      }}
    />
  ));
}

function Inside({ panel, width, height }) {
  if (panel.results.every((series) => series.length === 0)) {
    return <div style={{ textAlign: 'center', paddingTop: height / 2 - 12 }}>{panel.fieldConfig.defaults.noValue ?? 'No data'}</div>;
  }
  const size = { panel, width, height, theme };
  switch (panel.type) {
    case 'timeseries':
      return <TimeSeries frames={frames(panel)} width={width} height={height} timeRange={timeRange} timeZone="utc" legend={{ ...panel.options.legend, displayMode: 'list', calcs: [] }} />;
    case 'stat':
      return <Numbers {...size} />;
    case 'bargauge':
      return <Bars {...size} />;
    case 'table':
      return <Table data={table(panel)} width={width} height={height} cellHeight="sm" enableSharedCrosshair={false} timeRange={timeRange} />;
    case 'gauge':
      return <Dial {...size} values={last(panel)} />;
    case 'piechart':
      return <Ring {...size} values={last(panel)} />;
    case 'state-timeline':
      return <States {...size} frames={frames(panel)} />;
    case 'heatmap':
      return <Heat {...size} frames={frames(panel)} />;
  }
}

/** The height of a row of the grid, with its gap. */
const UNIT = 38;
const place = ({ x, y, w, h }) => ({ position: 'absolute', left: (x * width) / 24 + 4, top: y * UNIT + 56, width: (w * width) / 24 - 8, height: h * UNIT - 8 });

function Page() {
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <div style={{ background: theme.colors.background.canvas, color: theme.colors.text.primary, minHeight: '100vh', fontFamily: theme.typography.fontFamily }}>
        <h3 style={{ position: 'absolute', left: 16, top: 14 }}>{dashboard.title}</h3>
        {dashboard.panels.map((panel) => {
          const { width, height, ...at } = place(panel.gridPos);
          return (
            <div key={panel.id} style={{ ...at, width, height }}>
              {panel.type === 'row' ? (
                <h5 style={{ margin: '6px 8px' }}>⌄ {panel.title}</h5>
              ) : (
                <PanelChrome title={panel.title} description={panel.description} width={width} height={height}>
                  {(width, height) => (
                    <Boundary>
                      <Inside panel={panel} width={width} height={height} />
                    </Boundary>
                  )}
                </PanelChrome>
              )}
            </div>
          );
        })}
      </div>
    </ThemeContext.Provider>
  );
}

initPluginTranslations('obs', []).then(() => createRoot(document.getElementById('root')).render(<Page />));
