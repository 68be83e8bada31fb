//! Tokens to model.
