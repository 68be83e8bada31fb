// The source of kernels.ptx, which is what the program loads: see README.md for how it is made.
//
// Every kernel computes in single precision and in an order that does not depend on the device, so that a
// result can be checked against a reference in double precision with a bound, and against itself exactly.

// y = a x + y
extern "C" __global__ void saxpy(unsigned n, float a, const float *__restrict__ x, float *__restrict__ y) {
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        y[i] = fmaf(a, x[i], y[i]);
    }
}

// partial[b] = the sum of what block b reads; launched again over the partial sums with one block.
extern "C" __global__ void reduce(unsigned n, const float *__restrict__ x, float *__restrict__ partial) {
    __shared__ float sums[256];
    float sum = 0.0f;
    for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        sum += x[i];
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + half];
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sums[0];
    }
}

// c = a b, square, row by row, of a side that 16 divides.
extern "C" __global__ void matmul(unsigned n, const float *__restrict__ a, const float *__restrict__ b,
                                  float *__restrict__ c) {
    __shared__ float tile_a[16][16];
    __shared__ float tile_b[16][16];
    unsigned column = blockIdx.x * 16 + threadIdx.x;
    unsigned row = blockIdx.y * 16 + threadIdx.y;
    float sum = 0.0f;
    for (unsigned tile = 0; tile < n; tile += 16) {
        tile_a[threadIdx.y][threadIdx.x] = a[row * n + tile + threadIdx.x];
        tile_b[threadIdx.y][threadIdx.x] = b[(tile + threadIdx.y) * n + column];
        __syncthreads();
        for (unsigned k = 0; k < 16; k++) {
            sum = fmaf(tile_a[threadIdx.y][k], tile_b[k][threadIdx.x], sum);
        }
        __syncthreads();
    }
    c[row * n + column] = sum;
}

// The force on each node of a graph in the plane: all others push it away, its neighbours pull it.
// Neighbours of node i are edges[offsets[i]] to edges[offsets[i + 1] - 1].
extern "C" __global__ void layout_forces(unsigned n, const float2 *__restrict__ position,
                                         const unsigned *__restrict__ offsets, const unsigned *__restrict__ edges,
                                         float repulsion, float spring, float2 *__restrict__ force) {
    __shared__ float2 tile[256];
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    float2 at = i < n ? position[i] : make_float2(0.0f, 0.0f);
    float2 sum = make_float2(0.0f, 0.0f);
    for (unsigned first = 0; first < n; first += blockDim.x) {
        unsigned j = first + threadIdx.x;
        tile[threadIdx.x] = j < n ? position[j] : make_float2(0.0f, 0.0f);
        __syncthreads();
        unsigned count = min(blockDim.x, n - first);
        for (unsigned k = 0; k < count; k++) {
            float dx = at.x - tile[k].x, dy = at.y - tile[k].y;
            // Softened, so that a node is not pushed by itself and two in one place are not torn apart.
            float push = repulsion / (dx * dx + dy * dy + 0.01f);
            sum.x = fmaf(dx, push, sum.x);
            sum.y = fmaf(dy, push, sum.y);
        }
        __syncthreads();
    }
    if (i < n) {
        for (unsigned e = offsets[i]; e < offsets[i + 1]; e++) {
            float2 other = position[edges[e]];
            sum.x = fmaf(spring, other.x - at.x, sum.x);
            sum.y = fmaf(spring, other.y - at.y, sum.y);
        }
        force[i] = sum;
    }
}

// Moves each node along its force, by at most `limit`.
extern "C" __global__ void layout_move(unsigned n, float limit, const float2 *__restrict__ force,
                                       float2 *__restrict__ position) {
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        float2 f = force[i];
        float length = sqrtf(f.x * f.x + f.y * f.y);
        float scale = length > limit ? limit / length : 1.0f;
        position[i].x = fmaf(f.x, scale, position[i].x);
        position[i].y = fmaf(f.y, scale, position[i].y);
    }
}
