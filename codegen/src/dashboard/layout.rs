//! Places panels on the grid, left to right and top to bottom, under the heading of their row.

use super::grafana::{GridPos, Item, Row};
use super::panel::Panel;
use std::collections::BTreeSet;

/// Grafana's grid has this many columns.
const COLUMNS: u32 = 24;

/// A heading and its panels. Without a title, the panels stand at the top.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
}

impl Section {
    pub(super) fn new(title: impl Into<String>, panels: Vec<Panel>) -> Section {
        Section { title: title.into(), panels }
    }
}

/// The sections' rows and panels, with places and ids. A section without panels is left out.
pub(super) fn lay_out(sections: Vec<Section>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut y = 0;
    let mut id = 0;
    for section in sections.into_iter().filter(|section| !section.panels.is_empty()) {
        if !section.title.is_empty() {
            id += 1;
            items.push(Item::Row(Row {
                id,
                kind: "row",
                title: section.title,
                grid_pos: GridPos { x: 0, y, w: COLUMNS, h: 1 },
                collapsed: false,
                panels: [],
            }));
            y += 1;
        }
        let (mut x, mut tallest) = (0, 0);
        let mut titles = BTreeSet::new();
        for panel in section.panels {
            let panel = panel.distinct(&mut titles);
            let (w, h) = panel.size();
            if x + w > COLUMNS {
                (x, y, tallest) = (0, y + tallest, 0);
            }
            id += 1;
            items.push(Item::Panel(Box::new(panel.place(id, GridPos { x, y, w, h }))));
            x += w;
            tallest = tallest.max(h);
        }
        y += tallest;
    }
    items
}
