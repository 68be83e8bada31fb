//! The command line.

use std::net::SocketAddr;
use std::time::Duration;

/// What `--help` says.
pub const USAGE: &str = "\
A small order service that measures itself.

It starts, drives HTTP traffic at itself (some of it fails, some is cancelled, some panics), and shows what
its own /metrics say about it.

Usage: cargo run --release -p quickstart [-- OPTIONS]

Options:
  --seconds N      how long to drive traffic, 0 to 3600 (default: 8)
  --serve          go on with a little traffic until Ctrl-C
  --metrics ADDR   where /metrics and /health are (default: 127.0.0.1:9464; port 0 takes a free one)
  --listen ADDR    where the service itself is (default: 127.0.0.1:0)
  --help           this text
";

/// The options, each with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// How long to drive traffic.
    pub load: Duration,
    /// Whether to go on after that.
    pub serve: bool,
    /// Where the metrics are.
    pub metrics: SocketAddr,
    /// Where the service is.
    pub listen: SocketAddr,
}

impl Default for Args {
    fn default() -> Args {
        Args {
            load: Duration::from_secs(8),
            serve: false,
            metrics: SocketAddr::from(([127, 0, 0, 1], 9464)),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }
}

impl Args {
    /// Reads what follows the program's name; `None` if help is asked for.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for the person who typed it.
    pub fn parse(given: impl IntoIterator<Item = String>) -> Result<Option<Args>, String> {
        let mut args = Args::default();
        let mut given = given.into_iter();
        while let Some(option) = given.next() {
            let mut value = || given.next().ok_or_else(|| format!("{option} needs a value"));
            match &*option {
                "--help" | "-h" => return Ok(None),
                "--serve" => args.serve = true,
                "--seconds" => args.load = seconds(&value()?)?,
                "--metrics" => args.metrics = address(&option, &value()?)?,
                "--listen" => args.listen = address(&option, &value()?)?,
                _ => return Err(format!("unknown option {option}")),
            }
        }
        Ok(Some(args))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds <= 3600);
    seconds.map(Duration::from_secs).ok_or_else(|| format!("--seconds takes 0 to 3600, not {text:?}"))
}

fn address(option: &str, text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("{option} takes an address and port, as in 127.0.0.1:9464, not {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Option<Args>, String> {
        Args::parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_in_any_order() {
        assert_eq!(parse(""), Ok(Some(Args::default())));
        assert_eq!(parse("--serve --help"), Ok(None));
        let args = parse("--metrics 0.0.0.0:1 --serve --seconds 3 --listen 127.0.0.1:2").unwrap().unwrap();
        assert!(args.serve);
        assert_eq!(args.load, Duration::from_secs(3));
        assert_eq!((args.metrics.port(), args.listen.port()), (1, 2));
    }

    #[test]
    fn mistakes_say_what_belongs_there() {
        for (given, expected) in [
            ("--sevre", "unknown option --sevre"),
            ("--seconds", "--seconds needs a value"),
            ("--seconds -1", "--seconds takes 0 to 3600, not \"-1\""),
            ("--metrics 9464", "--metrics takes an address and port, as in 127.0.0.1:9464, not \"9464\""),
        ] {
            assert_eq!(parse(given), Err(expected.to_owned()));
        }
    }
}
