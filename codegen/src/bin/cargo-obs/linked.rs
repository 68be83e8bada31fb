//! What a program says of itself: the catalogue that was linked into it.

use crate::args::Common;
use obs_codegen::catalogue::from_json;
use obs_model::{Catalogue, Label, Place};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than any catalogue: ten thousand functions take a tenth of it.
const MOST: u64 = 64 << 20;

/// The page of a running program.
const PAGE: &str = "/catalogue";

/// What `Builder::init` of obs-runtime answers to.
const QUESTION: &str = "OBS_PRINT_CATALOGUE";

/// A program whose catalogue has taken the place of the source's.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    /// Where it is.
    pub(crate) from: String,
    /// What the source of the package reads.
    pub(crate) source: Catalogue,
}

/// Asks the program that the arguments name, if they name one.
///
/// # Errors
///
/// Why there is no answer.
pub(crate) fn ask(common: &Common) -> Result<Option<(String, Catalogue)>, String> {
    let (from, text) = match (&common.url, &common.binary) {
        (Some(url), _) => (url.clone(), fetch(url).map_err(|error| format!("{url}: {error}"))?),
        (None, Some(path)) => {
            let name = path.display().to_string();
            (name.clone(), execute(path).map_err(|error| format!("{name}: {error}"))?)
        }
        (None, None) => return Ok(None),
    };
    let catalogue =
        from_json(&text).map_err(|error| format!("{from}: it answered with no catalogue: {error}"))?;
    Ok(Some((from, catalogue)))
}

/// The linked catalogue, with what only the source can say: the values of enums, and requests of which there were none
/// yet. Places of other crates,
/// which rustc was given by their whole path, are cut to what is the same on every machine.
pub(crate) fn with_source(mut linked: Catalogue, source: &Catalogue) -> Catalogue {
    let values = |labels: &mut [Label], known: &[Label]| {
        for label in labels.iter_mut().filter(|label| label.values.is_empty()) {
            if let Some(known) = known.iter().find(|known| known.name == label.name) {
                label.values.clone_from(&known.values);
            }
        }
    };
    for function in &mut linked.functions {
        shorten(&mut function.place);
        let same =
            |known: &&obs_model::Function| (&known.module, &known.name) == (&function.module, &function.name);
        if let Some(known) = source.functions.iter().find(same) {
            values(&mut function.labels, &known.labels);
        }
    }
    for metric in &mut linked.metrics {
        shorten(&mut metric.place);
        if let Some(known) = source.metrics.iter().find(|known| known.name == metric.name) {
            values(&mut metric.labels, &known.labels);
        }
    }
    for kernel in &mut linked.kernels {
        shorten(&mut kernel.place);
        let same =
            |known: &&obs_model::Kernel| (&known.module, &known.name) == (&kernel.module, &kernel.name);
        if let Some(known) = source.kernels.iter().find(same) {
            values(&mut kernel.labels, &known.labels);
        }
    }
    linked.errors.iter_mut().for_each(|error| shorten(&mut error.place));
    linked.requests.extend(source.requests.iter().cloned());
    linked.requests.sort();
    linked.requests.dedup();
    linked
}

/// `/home/…/registry/src/index/name-1.2.3/src/lib.rs` as `name-1.2.3/src/lib.rs`.
fn shorten(place: &mut Place) {
    if !Path::new(&place.file).is_absolute() {
        return;
    }
    let file = place.file.replace('\\', "/");
    let end = file.rfind("/src/").unwrap_or(file.len());
    let start = file.get(..end).and_then(|path| path.rfind('/')).map_or(0, |slash| slash + 1);
    place.file = file.get(start..).unwrap_or_default().to_owned();
}

/// Reads the page of a running program.
fn fetch(url: &str) -> Result<String, String> {
    let rest = url.strip_prefix("http://").ok_or(
        "only http:// is spoken here; save the page with a client of yours, and give the file to cargo obs diff",
    )?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.len() < 2 { PAGE } else { path };
    let address = if host.rsplit(']').next().is_some_and(|port| port.contains(':')) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let addresses: Vec<_> = address.to_socket_addrs().map_err(|error| error.to_string())?.collect();
    let deadline = Instant::now() + PATIENCE;
    let connect = || {
        let mut last = "no such host".to_owned();
        for address in &addresses {
            match TcpStream::connect_timeout(address, PATIENCE) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error.to_string(),
            }
        }
        Err(last)
    };
    let mut stream = connect()?;
    // Of HTTP/1.0, so that the answer comes in one piece and ends with the connection.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\n\r\n");
    stream.set_write_timeout(Some(PATIENCE)).map_err(|error| error.to_string())?;
    stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let bytes = read_until(&mut stream, deadline)?;
    let text = String::from_utf8(bytes).map_err(|_| "the answer is no text".to_owned())?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("the answer is no HTTP")?;
    let status = head.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    match status {
        "200" => Ok(body.to_owned()),
        "404" => Err(format!("there is no page {path}; obs-runtime serves {PAGE}")),
        status => Err(format!("the answer has status {status}")),
    }
}

fn read_until(stream: &mut TcpStream, deadline: Instant) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(slow());
        }
        stream.set_read_timeout(Some(left)).map_err(|error| error.to_string())?;
        match stream.read(&mut part) {
            Ok(0) => return Ok(bytes),
            Ok(read) => bytes.extend(part.iter().take(read)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(slow());
            }
            Err(error) => return Err(error.to_string()),
        }
        if bytes.len() as u64 > MOST {
            return Err("the answer does not end".to_owned());
        }
    }
}

fn slow() -> String {
    format!("no answer within {} seconds", PATIENCE.as_secs())
}

/// Runs a built program for its catalogue.
fn execute(path: &Path) -> Result<String, String> {
    // A name without a directory would be looked up in PATH.
    let path = path.canonicalize().map_err(|error| error.to_string())?;
    let mut child = Command::new(path)
        .env(QUESTION, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| format!("cannot run it: {error}"))?;
    let answered = listen(&mut child);
    // Whatever it did, it is not left behind; one that has ended cannot be killed, and needs not be.
    let _ = child.kill();
    let status = child.wait().map_err(|error| error.to_string())?;
    let text = answered?;
    let unanswered = "it did not print its catalogue: does it call obs_runtime::builder!(…).init(), and was it built with \
                      this version of obs-runtime?";
    // The program may have printed something before.
    match text.rfind("\n{\n").and_then(|at| text.get(at + 1..)) {
        Some(json) => Ok(json.to_owned()),
        None => Err(format!("{unanswered} ({status})")),
    }
}

/// What the program prints until it closes its output.
fn listen(child: &mut Child) -> Result<String, String> {
    let Some(out) = child.stdout.take() else { return Err("it has no output".to_owned()) };
    let (tell, told) = mpsc::channel();
    // Left to itself if the program does not end: something that it has started may hold the output open.
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = out.take(MOST).read_to_end(&mut bytes);
        let _ = tell.send(read.map(|_| bytes));
    });
    match told.recv_timeout(PATIENCE) {
        Ok(Ok(bytes)) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!(
            "{}; it was stopped. Does it call obs_runtime::builder!(…).init(), and that first?",
            slow()
        )),
    }
}
