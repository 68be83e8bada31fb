//! The kernels on the processor, in the same precision and the same order of work as on a GPU.

/// y = a x + y
pub(crate) fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// The sum, in portions, as blocks of threads would make it.
pub(crate) fn reduce(x: &[f32]) -> f32 {
    const LANES: usize = 16;
    const PORTION: usize = 64 * LANES;
    let portion = |portion: &[f32]| {
        let mut sums = [0.0f32; LANES];
        for lanes in portion.chunks(LANES) {
            for (sum, x) in sums.iter_mut().zip(lanes) {
                *sum += x;
            }
        }
        sums.iter().sum::<f32>()
    };
    x.chunks(PORTION).map(portion).sum()
}

/// c = a b, square, row by row.
pub(crate) fn matmul(side: usize, a: &[f32], b: &[f32], c: &mut [f32]) {
    for (row, c) in c.chunks_mut(side).enumerate() {
        c.fill(0.0);
        // The middle loop over `b`'s rows, so that the inner one reads and writes neighbours.
        for (k, b) in b.chunks(side).enumerate() {
            let a = a[row * side + k];
            for (c, b) in c.iter_mut().zip(b) {
                *c += a * b;
            }
        }
    }
}

/// The force on each node: all others push it away, its neighbours pull it.
pub(crate) fn layout_forces(
    position: &[f32],
    offsets: &[u32],
    edges: &[u32],
    repulsion: f32,
    spring: f32,
    force: &mut [f32],
) {
    for (i, force) in force.chunks_mut(2).enumerate() {
        let (x, y) = (position[2 * i], position[2 * i + 1]);
        let (mut fx, mut fy) = (0.0, 0.0);
        for other in position.chunks(2) {
            let (dx, dy) = (x - other[0], y - other[1]);
            let push = repulsion / (dx * dx + dy * dy + 0.01);
            fx += dx * push;
            fy += dy * push;
        }
        for edge in &edges[offsets[i] as usize..offsets[i + 1] as usize] {
            let other = 2 * *edge as usize;
            fx += spring * (position[other] - x);
            fy += spring * (position[other + 1] - y);
        }
        force[0] = fx;
        force[1] = fy;
    }
}

/// Moves each node along its force, by at most `limit`.
pub(crate) fn layout_move(limit: f32, force: &[f32], position: &mut [f32]) {
    for (position, force) in position.chunks_mut(2).zip(force.chunks(2)) {
        let length = (force[0] * force[0] + force[1] * force[1]).sqrt();
        let scale = if length > limit { limit / length } else { 1.0 };
        position[0] += force[0] * scale;
        position[1] += force[1] * scale;
    }
}
