//! Places panels on the grid, left to right and top to bottom, under the heading of their row.

use super::grafana::{GridPos, Item, Row};
use super::panel::Panel;
use crate::subject::fnv;
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

/// Identifiers that follow from titles, so that a link to a panel survives what is added around it.
#[derive(Default)]
struct Ids(BTreeSet<u32>);

impl Ids {
    fn next(&mut self, section: &str, title: &str) -> u32 {
        // A browser counts exactly as far as this, and further.
        let hash = fnv(format!("{section}\0{title}").as_bytes()) & 0x3fff_ffff;
        let mut id = u32::try_from(hash).unwrap_or(0) + 1;
        while !self.0.insert(id) {
            id += 1;
        }
        id
    }
}

/// The sections' rows and panels, with places and ids. A section without panels is left out.
pub(super) fn lay_out(sections: Vec<Section>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut y = 0;
    let mut ids = Ids::default();
    for section in sections.into_iter().filter(|section| !section.panels.is_empty()) {
        if !section.title.is_empty() {
            items.push(Item::Row(Row {
                id: ids.next(&section.title, ""),
                kind: "row",
                title: section.title.clone(),
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
            let id = ids.next(&section.title, panel.title());
            items.push(Item::Panel(Box::new(panel.place(id, GridPos { x, y, w, h }))));
            x += w;
            tallest = tallest.max(h);
        }
        y += tallest;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::panel::Visual;

    fn ids(titles: &[&str]) -> Vec<u32> {
        let panels = titles.iter().map(|title| Panel::new(Visual::Stat, *title, "short")).collect();
        let id = |item: Item| match item {
            Item::Row(row) => row.id,
            Item::Panel(panel) => panel.id,
        };
        lay_out(vec![Section::new("Row", panels)]).into_iter().map(id).collect()
    }

    #[test]
    fn a_panel_keeps_its_id_when_another_is_added() {
        let (before, after) = (ids(&["a", "b"]), ids(&["new", "a", "b"]));
        assert_eq!(before[0], after[0]);
        assert_eq!(before[1..], after[2..]);
        // One of the same title is another panel.
        let twice = ids(&["a", "a"]);
        assert_ne!(twice[1], twice[2]);
    }
}
