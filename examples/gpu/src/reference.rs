//! What the kernels ought to compute, in double precision and in the plainest way.
//!
//! Nothing is shared with the kernels, so that a mistake in one is not a mistake in both.

/// One element of a x + y.
pub(crate) fn saxpy(a: f32, x: f32, y: f32) -> f64 {
    f64::from(a) * f64::from(x) + f64::from(y)
}

/// The sum.
pub(crate) fn reduce(x: &[f32]) -> f64 {
    x.iter().map(|x| f64::from(*x)).sum()
}

/// One element of a b.
pub(crate) fn matmul(side: usize, a: &[f32], b: &[f32], row: usize, column: usize) -> f64 {
    (0..side).map(|k| f64::from(a[row * side + k]) * f64::from(b[k * side + column])).sum()
}

/// Where a node is after one step.
pub(crate) fn layout(graph: &crate::graph::Graph, position: &[f32], node: usize) -> [f64; 2] {
    let at = |node: usize| [f64::from(position[2 * node]), f64::from(position[2 * node + 1])];
    let [x, y] = at(node);
    let mut force = [0.0f64; 2];
    for other in 0..graph.nodes() {
        let [dx, dy] = [x - at(other)[0], y - at(other)[1]];
        let push = f64::from(graph.repulsion) / (dx * dx + dy * dy + 0.01);
        force = [force[0] + dx * push, force[1] + dy * push];
    }
    for neighbour in graph.neighbours(node) {
        let [ox, oy] = at(neighbour);
        let spring = f64::from(graph.spring);
        force = [force[0] + spring * (ox - x), force[1] + spring * (oy - y)];
    }
    let length = force[0].hypot(force[1]);
    let limit = f64::from(graph.limit);
    let scale = if length > limit { limit / length } else { 1.0 };
    [x + force[0] * scale, y + force[1] * scale]
}
