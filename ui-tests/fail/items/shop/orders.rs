//! Where the module is.

pub fn take() {}
