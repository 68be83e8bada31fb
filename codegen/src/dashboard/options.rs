//! What each kind of panel has of its own. Every key that Grafana's types require is there, in alphabetical
//! order: whether `serde_json` keeps the order of keys is up to whoever else is in the build.

use super::grafana::Mapping;
use crate::compose::dashboard::Visual;
use serde_json::{Value, json};

/// Grafana's word for a kind of panel.
pub(super) const fn kind(visual: Visual) -> &'static str {
    match visual {
        Visual::TimeSeries => "timeseries",
        Visual::Stat => "stat",
        Visual::Gauge => "gauge",
        Visual::BarGauge => "bargauge",
        Visual::Pie => "piechart",
        Visual::Heatmap => "heatmap",
        Visual::Table => "table",
        Visual::StateTimeline => "state-timeline",
        Visual::Text => "text",
        Visual::Logs => "logs",
    }
}

/// The options of a panel.
pub(super) fn of(visual: Visual, unit: &str, quiet: bool) -> Value {
    match visual {
        Visual::TimeSeries => json!({
            "legend": legend(&["mean", "max"], if quiet { "list" } else { "table" }),
            "tooltip": tooltip("multi"),
        }),
        Visual::Stat => json!({
            "colorMode": "value",
            "graphMode": if quiet { "none" } else { "area" },
            "justifyMode": "auto",
            "orientation": "auto",
            "percentChangeColorMode": "standard",
            "reduceOptions": reduce(),
            "showPercentChange": false,
            "textMode": "auto",
            "wideLayout": true,
        }),
        Visual::Gauge => json!({
            "barShape": "flat",
            "barWidthFactor": 0.5,
            "effects": {},
            "minVizHeight": 75,
            "minVizWidth": 75,
            "orientation": "auto",
            "reduceOptions": reduce(),
            "segmentCount": 1,
            "segmentSpacing": 0.3,
            "shape": "gauge",
            "showThresholdLabels": false,
            "showThresholdMarkers": true,
            "sizing": "auto",
        }),
        Visual::BarGauge => json!({
            "displayMode": "basic",
            "legend": legend_hidden(),
            "maxVizHeight": 300,
            "minVizHeight": 16,
            "minVizWidth": 8,
            "namePlacement": "left",
            "orientation": "horizontal",
            "reduceOptions": reduce(),
            "showUnfilled": true,
            "sizing": "auto",
            "valueMode": "color",
        }),
        Visual::Pie => json!({
            "displayLabels": ["name", "percent"],
            "legend": {
                "calcs": [],
                "displayMode": "table",
                "placement": "right",
                "showLegend": true,
                "values": ["value", "percent"],
            },
            "orientation": "auto",
            "pieType": "donut",
            "reduceOptions": reduce(),
            "sort": "desc",
            "tooltip": tooltip("multi"),
        }),
        Visual::Heatmap => json!({
            "calculate": false,
            "cellGap": 1,
            "color": {
                "exponent": 0.5,
                "fill": "dark-orange",
                "mode": "scheme",
                "reverse": false,
                "scheme": "Oranges",
                "steps": 64,
            },
            "exemplars": { "color": "rgba(255,0,255,0.7)" },
            "filterValues": { "le": 1e-9 },
            "legend": { "show": true },
            "showValue": "never",
            "tooltip": { "mode": "single", "yHistogram": true },
            "yAxis": { "unit": unit },
        }),
        Visual::Table => json!({ "cellHeight": "sm", "frameIndex": 0, "showHeader": true }),
        Visual::StateTimeline => json!({
            "alignValue": "left",
            "legend": legend(&[], "list"),
            "mergeValues": true,
            "rowHeight": 0.9,
            "showValue": "auto",
            "tooltip": tooltip("single"),
        }),
        Visual::Logs => json!({
            "dedupStrategy": "none",
            "enableLogDetails": true,
            "prettifyLogMessage": false,
            "showCommonLabels": false,
            "showLabels": false,
            "showLogContextToggle": true,
            "showTime": true,
            "sortOrder": "Descending",
            "wrapLogMessage": true,
        }),
        // The panel adds what it says.
        Visual::Text => json!({ "mode": "markdown" }),
    }
}

/// How a field is drawn, for the kinds of panels that have a say in it.
pub(super) fn custom(visual: Visual, unit: &str, dashed: bool, stacked: bool) -> Option<Value> {
    match visual {
        Visual::TimeSeries => {
            let mut custom = json!({
                "drawStyle": "line",
                "fillOpacity": if stacked { 40 } else { 10 },
                "lineWidth": 1,
                "showPoints": "never",
                "spanNulls": false,
                "stacking": { "group": "A", "mode": if stacked { "normal" } else { "none" } },
                "thresholdsStyle": { "mode": if dashed { "dashed" } else { "off" } },
            });
            // The axis of a share that is zero throughout would go to 10000 %.
            if unit == "percentunit" {
                custom["axisSoftMax"] = json!(0.01);
            }
            Some(custom)
        }
        Visual::StateTimeline => Some(json!({ "fillOpacity": 70, "lineWidth": 0 })),
        Visual::Table => {
            Some(json!({ "align": "auto", "cellOptions": { "type": "auto" }, "inspect": false }))
        }
        _ => None,
    }
}

/// Words and colours for values, in the order they were given.
pub(super) fn mappings(words: &[(String, String, String)]) -> Vec<Mapping> {
    let result = |(index, (value, text, color)): (usize, &(String, String, String))| {
        let (text, color) = (text.clone(), color.clone());
        (value.clone(), super::grafana::MappingResult { color, index, text })
    };
    let options = words.iter().enumerate().map(result).collect();
    if words.is_empty() { Vec::new() } else { vec![Mapping { kind: "value", options }] }
}

fn legend(calcs: &[&str], mode: &str) -> Value {
    json!({ "calcs": calcs, "displayMode": mode, "placement": "bottom", "showLegend": true })
}

fn legend_hidden() -> Value {
    json!({ "calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": false })
}

fn tooltip(mode: &str) -> Value {
    json!({ "mode": mode, "sort": "desc" })
}

fn reduce() -> Value {
    json!({ "calcs": ["lastNotNull"], "fields": "", "values": false })
}
