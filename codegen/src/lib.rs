//! Build-time code generation from obs attributes.
