//! The command line.

use std::net::SocketAddr;

/// What `--help` says.
pub const USAGE: &str = "\
Lays a graph out and does linear algebra, on a GPU or on the processor, and measures the kernels.

Every result is checked against a reference in double precision. At the end stands what the program's own
metrics say about each kernel.

Usage: cargo run --release -p gpu-example [-- OPTIONS]

Options:
  --device D       auto, host, or the number of a GPU (default: auto, the first GPU there is)
  --rounds N       how often to run all kernels, 1 to 1000000 (default: 40)
  --size N         how large the work is, 1 to 16; 16 is meant for a GPU (default: 1)
  --serve          go on, at ten rounds a second, until Ctrl-C
  --metrics ADDR   where /metrics and /health are (default: 127.0.0.1:9464; port 0 takes a free one)
  --help           this text
";

/// Which device to work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The first GPU, or the processor where there is none.
    Auto,
    /// The processor.
    Host,
    /// The GPU of that number, or none.
    Gpu(usize),
}

/// The options, each with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// The device.
    pub device: Choice,
    /// How often to run all kernels.
    pub rounds: u32,
    /// How large the work is.
    pub size: usize,
    /// Whether to go on after that.
    pub serve: bool,
    /// Where the metrics are.
    pub metrics: SocketAddr,
}

impl Default for Args {
    fn default() -> Args {
        Args {
            device: Choice::Auto,
            rounds: 40,
            size: 1,
            serve: false,
            metrics: SocketAddr::from(([127, 0, 0, 1], 9464)),
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
                "--device" => args.device = device(&value()?)?,
                "--rounds" => args.rounds = number(&option, &value()?, 1_000_000)?,
                "--size" => args.size = number(&option, &value()?, 16)? as usize,
                "--metrics" => {
                    let text = value()?;
                    args.metrics = text.parse().map_err(|_| {
                        format!("--metrics takes an address and port, as in 127.0.0.1:9464, not {text:?}")
                    })?;
                }
                _ => return Err(format!("unknown option {option}")),
            }
        }
        Ok(Some(args))
    }
}

fn device(text: &str) -> Result<Choice, String> {
    match text {
        "auto" => Ok(Choice::Auto),
        "host" => Ok(Choice::Host),
        number => match number.parse() {
            Ok(ordinal) => Ok(Choice::Gpu(ordinal)),
            Err(_) => Err(format!("--device takes auto, host, or the number of a GPU, not {text:?}")),
        },
    }
}

fn number(option: &str, text: &str, most: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("{option} takes 1 to {most}, not {text:?}"))
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
        let args = parse("--metrics 0.0.0.0:1 --serve --rounds 3 --device 1 --size 2").unwrap().unwrap();
        assert!(args.serve);
        assert_eq!((args.device, args.rounds, args.size, args.metrics.port()), (Choice::Gpu(1), 3, 2, 1));
    }

    #[test]
    fn mistakes_say_what_belongs_there() {
        for (given, expected) in [
            ("--sevre", "unknown option --sevre"),
            ("--rounds", "--rounds needs a value"),
            ("--rounds 0", "--rounds takes 1 to 1000000, not \"0\""),
            ("--device gpu", "--device takes auto, host, or the number of a GPU, not \"gpu\""),
            ("--metrics 9464", "--metrics takes an address and port, as in 127.0.0.1:9464, not \"9464\""),
        ] {
            assert_eq!(parse(given), Err(expected.to_owned()));
        }
    }
}
