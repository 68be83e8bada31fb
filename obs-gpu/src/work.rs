//! How much a launch does, as its attribute or its guard says.

use std::fmt;

/// What is known of one launch besides its time. Amounts that are not given are no number.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// The bytes that it moves.
    pub bytes: f64,
    /// The floating-point operations that it makes.
    pub flops: f64,
    /// The items that it works on.
    pub items: f64,
    /// The blocks of its grid.
    pub grid: Option<Dim>,
    /// The threads of a block.
    pub block: Option<Dim>,
}

impl Work {
    /// Nothing is known.
    pub const NONE: Work =
        Work { bytes: f64::NAN, flops: f64::NAN, items: f64::NAN, grid: None, block: None };
}

impl Default for Work {
    fn default() -> Work {
        Work::NONE
    }
}

/// The extent of a grid or a block: one number, or a tuple of two or three.
///
/// ```
/// use obs_gpu::Dim;
///
/// assert_eq!(Dim::from(256), Dim { x: 256, y: 1, z: 1 });
/// assert_eq!(Dim::from((16, 8)).to_string(), "16x8x1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dim {
    /// Along the first axis.
    pub x: u32,
    /// Along the second.
    pub y: u32,
    /// Along the third.
    pub z: u32,
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.x, self.y, self.z)
    }
}

/// A whole number that says how far a grid or a block reaches.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no extent of a grid or a block",
    note = "an extent is a whole number, or a tuple of two or three"
)]
pub trait Extent {
    /// The same as a driver counts. What does not fit is the nearest that does.
    fn extent(self) -> u32;
}

macro_rules! extents {
    ($($number:ty),*) => {$(
        impl Extent for $number {
            fn extent(self) -> u32 {
                u32::try_from(self.max(0)).unwrap_or(u32::MAX)
            }
        }
    )*};
}
extents!(u16, i32, i64, u64, usize);

impl Extent for u32 {
    fn extent(self) -> u32 {
        self
    }
}

impl<A: Extent> From<A> for Dim {
    fn from(x: A) -> Dim {
        Dim { x: x.extent(), y: 1, z: 1 }
    }
}

impl<A: Extent, B: Extent> From<(A, B)> for Dim {
    fn from((x, y): (A, B)) -> Dim {
        Dim { x: x.extent(), y: y.extent(), z: 1 }
    }
}

impl<A: Extent, B: Extent, C: Extent> From<(A, B, C)> for Dim {
    fn from((x, y, z): (A, B, C)) -> Dim {
        Dim { x: x.extent(), y: y.extent(), z: z.extent() }
    }
}

impl From<[u32; 3]> for Dim {
    fn from([x, y, z]: [u32; 3]) -> Dim {
        Dim { x, y, z }
    }
}
