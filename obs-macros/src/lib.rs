//! The attribute macros of obs.
