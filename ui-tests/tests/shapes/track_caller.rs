//! `#[track_caller]` keeps telling the caller's location, however the body leaves.

use obs_runtime::observe;
use std::ops::ControlFlow;
use std::panic::Location;
use std::task::Poll;
use ui_tests::ended;

#[observe]
#[track_caller]
fn straight() -> u32 {
    Location::caller().line()
}

#[track_caller]
#[observe]
fn read() -> Result<u32, String> {
    Ok(Location::caller().line())
}

#[observe]
#[track_caller]
fn by_return(early: bool) -> Result<u32, String> {
    if early {
        return Ok(Location::caller().line());
    }
    let line = Location::caller().line();
    Ok(line)
}

#[derive(Debug)]
struct Wide(#[allow(dead_code)] std::num::ParseIntError);

impl From<std::num::ParseIntError> for Wide {
    fn from(error: std::num::ParseIntError) -> Wide {
        Wide(error)
    }
}

#[observe]
#[track_caller]
fn by_question(text: &str) -> Result<u32, Wide> {
    let n: u32 = text.parse()?;
    // What stands in closures and nested functions leaves those.
    let nested = || -> Result<u32, Wide> { Ok(text.parse::<u32>()?) };
    let nested = nested()?;
    let mut left = n;
    loop {
        left = match left.checked_sub(1) {
            Some(left) => left,
            None => break,
        };
    }
    Ok(Location::caller().line() + n - nested + left)
}

#[observe]
#[track_caller]
fn by_option(text: &str) -> Option<u32> {
    text.chars().next()?;
    Some(Location::caller().line())
}

#[observe]
#[track_caller]
fn by_flow(n: u32) -> ControlFlow<u32, u32> {
    if n == 0 {
        ControlFlow::Break(7)?;
    }
    ControlFlow::Continue(Location::caller().line())
}

#[observe]
#[track_caller]
fn by_poll(value: Poll<Result<u32, std::num::ParseIntError>>) -> Poll<Result<u32, Wide>> {
    let ready: Poll<u32> = value?;
    let line = Location::caller().line();
    ready.map(|n| Ok(line + n))
}

#[observe]
#[track_caller]
fn by_poll_of_option(value: Poll<Option<Result<u32, Wide>>>) -> Poll<Option<Result<u32, Wide>>> {
    let ready: Poll<Option<u32>> = value?;
    let line = Location::caller().line();
    ready.map(|n| n.map(|n| Ok(line + n)))
}

#[cfg_attr(all(), track_caller)]
#[observe]
fn on_condition(n: u8) -> Result<u32, String> {
    let _ = n.checked_sub(1).ok_or("zero")?;
    Ok(Location::caller().line())
}

#[test]
fn locations() {
    assert_eq!(straight(), line!());
    assert_eq!(read(), Ok(line!()));
    assert_eq!(by_return(true), Ok(line!()));
    assert_eq!(by_return(false), Ok(line!()));
    assert_eq!(by_question("3").ok(), Some(line!()));
    assert!(by_question("x").is_err());
    assert_eq!(by_option("x"), Some(line!()));
    assert_eq!(by_option(""), None);
    assert_eq!(by_flow(1), ControlFlow::Continue(line!()));
    assert_eq!(by_flow(0), ControlFlow::Break(7));
    assert!(matches!(by_poll(Poll::Ready(Ok(0))), Poll::Ready(Ok(line)) if line == line!()));
    assert!(matches!(by_poll(Poll::Ready("x".parse())), Poll::Ready(Err(_))));
    assert!(by_poll(Poll::Pending).is_pending());
    let some = by_poll_of_option(Poll::Ready(Some(Ok(0))));
    assert!(matches!(some, Poll::Ready(Some(Ok(line))) if line == line!() - 1));
    assert_eq!(on_condition(1), Ok(line!()));
    for name in ["straight", "read", "on_condition"] {
        ended!(name, "ok" => 1);
    }
    ended!("by_return", "ok" => 2);
    ended!("by_question", "ok" => 1, "error/_OTHER" => 1);
    ended!("by_option", "ok" => 2);
    ended!("by_flow", "ok" => 2);
    ended!("by_poll", "ok" => 3);
}

struct Config;

#[observe]
impl Config {
    #[track_caller]
    fn required(&self, name: Option<&str>) -> Result<u32, String> {
        let name = name.ok_or_else(|| "no name".to_owned())?;
        assert!(!name.is_empty());
        Ok(Location::caller().line())
    }
}

#[test]
fn in_a_block() {
    assert_eq!(Config.required(Some("x")), Ok(line!()));
    assert!(Config.required(None).is_err());
    ended!("Config::required", "ok" => 1, "error/_OTHER" => 1);
}
