//! The command line.

use std::net::SocketAddr;

/// What `--help` says.
pub const USAGE: &str = "\
A shop in two processes, which measures itself.

Usage: shop orders   [--listen ADDR] [--metrics ADDR] [--shipping URL]
       shop shipping [--listen ADDR] [--metrics ADDR]

  --listen ADDR    where it serves (default: 127.0.0.1:8080 for orders, 127.0.0.1:50051 for shipping)
  --metrics ADDR   where /metrics and /health are (default: 127.0.0.1:9464 and 127.0.0.1:9465)
  --shipping URL   who ships what is ordered (default: http://127.0.0.1:50051)
  --help           this text

Port 0 takes a free one; the log says which. Traces go where OTEL_EXPORTER_OTLP_ENDPOINT says; with
OTEL_SDK_DISABLED=true, nowhere.
";

/// Which of the two processes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Takes orders.
    Orders,
    /// Ships them.
    Shipping,
}

/// What the program is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    /// Which process it is.
    pub role: Role,
    /// Where it serves.
    pub listen: SocketAddr,
    /// Where its metrics are.
    pub metrics: SocketAddr,
    /// Who ships.
    pub shipping: String,
}

impl Args {
    fn of(role: Role) -> Args {
        let (port, metrics) = match role {
            Role::Orders => (8080, 9464),
            Role::Shipping => (50051, 9465),
        };
        let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        Args {
            role,
            listen: local(port),
            metrics: local(metrics),
            shipping: "http://127.0.0.1:50051".to_owned(),
        }
    }

    /// Reads what follows the program's name; `None` if help is asked for.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for the person who typed it.
    pub fn parse(given: impl IntoIterator<Item = String>) -> Result<Option<Args>, String> {
        let mut given = given.into_iter();
        let mut args = match given.next().as_deref() {
            Some("orders") => Args::of(Role::Orders),
            Some("shipping") => Args::of(Role::Shipping),
            Some("--help" | "-h") | None => return Ok(None),
            Some(other) => return Err(format!("expected `orders` or `shipping`; found {other}")),
        };
        while let Some(option) = given.next() {
            let mut value = || given.next().ok_or_else(|| format!("{option} needs a value"));
            match (&*option, args.role) {
                ("--help" | "-h", _) => return Ok(None),
                ("--listen", _) => args.listen = address(&option, &value()?)?,
                ("--metrics", _) => args.metrics = address(&option, &value()?)?,
                ("--shipping", Role::Orders) => args.shipping = value()?,
                _ => return Err(format!("unknown option {option}")),
            }
        }
        Ok(Some(args))
    }
}

fn address(option: &str, text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{option} needs an address such as 127.0.0.1:8080; found {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Args>, String> {
        Args::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn each_process_has_its_defaults_and_options() {
        let args = parse("orders --metrics 127.0.0.1:0 --shipping http://shipping:50051").unwrap().unwrap();
        assert_eq!((args.role, args.listen.port(), args.metrics.port()), (Role::Orders, 8080, 0));
        assert_eq!(args.shipping, "http://shipping:50051");
        assert_eq!(parse("shipping").unwrap().unwrap().metrics.port(), 9465);
        assert_eq!(parse("orders --help"), Ok(None));
    }

    #[test]
    fn what_is_wrong_is_told_with_what_belongs_there() {
        let told = |line| parse(line).unwrap_err();
        assert_eq!(told("order"), "expected `orders` or `shipping`; found order");
        assert_eq!(told("shipping --shipping x"), "unknown option --shipping");
        assert_eq!(told("orders --listen"), "--listen needs a value");
        assert_eq!(told("orders --listen 80"), "--listen needs an address such as 127.0.0.1:8080; found 80");
    }
}
