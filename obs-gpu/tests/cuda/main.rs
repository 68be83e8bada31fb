//! CUDA, through a driver that follows a script: its library is loaded as the real one is.
//!
//! A process has one driver, so each test runs again in a process of its own, with the script in its environment.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
// Raw streams, and a word with the script.
#![allow(unsafe_code)]

mod contexts;
#[cfg(feature = "cust")]
mod cust;
mod graphs;
mod launches;
mod losses;
mod process;
mod status;
