// What a dashboard may say, in Grafana's own types. `check.mjs` makes a JSON schema of each type exported here.

import type { AnnotationQuery, Dashboard as Anything, FieldColor } from '@grafana/schema/dist/types/raw/dashboard/x/types.gen';
import type { ValueMapping } from '@grafana/schema/dist/types/raw/dashboard/x/types.gen';
import type * as BarGauge from '@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/types.gen';
import type * as Gauge from '@grafana/schema/dist/types/raw/composable/gauge/panelcfg/x/types.gen';
import type * as Heatmap from '@grafana/schema/dist/types/raw/composable/heatmap/panelcfg/x/types.gen';
import type * as Logs from '@grafana/schema/dist/types/raw/composable/logs/panelcfg/x/types.gen';
import type * as Pie from '@grafana/schema/dist/types/raw/composable/piechart/panelcfg/x/types.gen';
import type * as Stat from '@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/types.gen';
import type * as StateTimeline from '@grafana/schema/dist/types/raw/composable/statetimeline/panelcfg/x/types.gen';
import type * as Table from '@grafana/schema/dist/types/raw/composable/table/panelcfg/x/types.gen';
import type * as Text from '@grafana/schema/dist/types/raw/composable/text/panelcfg/x/types.gen';
import type * as TimeSeries from '@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/types.gen';

/** What the Prometheus data source reads of a target; its types are not in `@grafana/schema`. */
export interface Target {
  refId: string;
  datasource: { type: 'prometheus'; uid: string };
  expr: string;
  legendFormat: string;
  format: 'time_series' | 'table' | 'heatmap';
  instant: boolean;
  range: boolean;
  exemplar: boolean;
}

/** What the Loki data source reads of a target. */
export interface LogsTarget {
  refId: string;
  datasource: { type: 'loki'; uid: string };
  expr: string;
  queryType: 'range';
}

/** An annotation of the Prometheus data source: `target` is its own, and it reads four keys besides. */
interface PrometheusAnnotation extends Omit<AnnotationQuery, 'target'> {
  target: { refId: string; expr: string; interval: string };
  titleFormat: string;
  textFormat: string;
  tagKeys: string;
  useValueForTime?: 'on';
}

export interface Dashboard extends Omit<Anything, 'annotations'> {
  annotations: { list: PrometheusAnnotation[] };
}

/** A link of a series or of a cell. */
export interface Link {
  title: string;
  url: string;
  targetBlank?: boolean;
}

export type Color = FieldColor;
export type Mappings = ValueMapping[];

/** What is asked of `organize`, the one transformation with options. */
export interface Organize {
  excludeByName: Record<string, boolean>;
  indexByName: Record<string, number>;
  renameByName: Record<string, string>;
}

export type TimeSeriesOptions = TimeSeries.Options;
export type TimeSeriesCustom = TimeSeries.FieldConfig;
export type StatOptions = Stat.Options;
export type GaugeOptions = Gauge.Options;
export type BarGaugeOptions = BarGauge.Options;
export type LogsOptions = Logs.Options;
export type TextOptions = Text.Options;
export type PieOptions = Pie.Options;
export type HeatmapOptions = Heatmap.Options;
export type TableOptions = Table.Options;
export type TableCustom = Table.FieldConfig;
export type StateTimelineOptions = StateTimeline.Options;
export type StateTimelineCustom = StateTimeline.FieldConfig;
