//! The graph that is laid out.

/// A graph in the form that devices like: the neighbours of all nodes in one list.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Where each node's neighbours begin in `edges`; one more than there are nodes.
    pub offsets: Vec<u32>,
    /// Neighbours.
    pub edges: Vec<u32>,
    /// How strongly nodes push each other away.
    pub repulsion: f32,
    /// How strongly neighbours pull each other.
    pub spring: f32,
    /// How far a node moves in one step, at most.
    pub limit: f32,
}

impl Graph {
    /// A ring of `nodes` with as many chords across it, the same for the same numbers.
    ///
    /// # Panics
    ///
    /// Without nodes there is no ring.
    pub fn ring(nodes: usize, random: &mut fastrand::Rng) -> Graph {
        assert!(nodes > 0, "a ring has a node");
        let mut neighbours = vec![Vec::new(); nodes];
        let mut join = |a: usize, b: usize| {
            if a != b {
                neighbours[a].push(b as u32);
                neighbours[b].push(a as u32);
            }
        };
        for node in 0..nodes {
            join(node, (node + 1) % nodes);
            join(node, random.usize(..nodes));
        }
        let (mut offsets, mut edges) = (vec![0], Vec::new());
        for list in neighbours {
            edges.extend(list);
            offsets.push(edges.len() as u32);
        }
        Graph { offsets, edges, repulsion: 0.02, spring: 0.05, limit: 0.5 }
    }

    /// How many nodes it has.
    pub fn nodes(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The neighbours of a node.
    pub fn neighbours(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let range = self.offsets[node] as usize..self.offsets[node + 1] as usize;
        self.edges[range].iter().map(|edge| *edge as usize)
    }

    /// A place for every node, in a square.
    pub fn scattered(&self, random: &mut fastrand::Rng) -> Vec<f32> {
        let side = (self.nodes() as f32).sqrt();
        (0..2 * self.nodes()).map(|_| random.f32() * side).collect()
    }
}
