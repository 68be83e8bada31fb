//! The tests of this package are in its `tests` folder.
