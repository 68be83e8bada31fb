//! What a program says of itself.

use crate::{METRICS, Scratch, cargo_obs, scratch};
use obs_codegen::catalogue::from_json;
use obs_model::request::{Protocol, Requests, Side};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

/// The catalogue of the scratch package, with a function of another crate and one that a macro wrote.
fn linked(scratch: &Scratch) -> String {
    let listed = cargo_obs(&scratch.path(""), &["list", "--json"]);
    let mut catalogue = from_json(&listed.out).unwrap();
    let mut other = catalogue.functions[0].clone();
    other.module = "store::pool".into();
    other.name = "connect".into();
    other.place.file = "/home/me/.cargo/registry/src/index-1/store-1.2.3/src/pool.rs".into();
    let mut made = catalogue.functions[0].clone();
    made.name = "made".into();
    catalogue.functions.extend([other, made]);
    catalogue.sort();
    catalogue.to_json()
}

/// Serves one answer, and gives the address.
fn serve(status: &'static str, body: String) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    (address, served)
}

#[test]
fn a_running_program_is_asked_at_its_page() {
    let scratch = scratch("linked-url");
    let here = scratch.path("");
    let (address, served) = serve("200 OK", linked(&scratch));
    cargo_obs(&here, &["list", "--url", &address]).assert(
        0,
        &[
            "store::pool::connect",
            "store-1.2.3/src/pool.rs:7:8 (crate store)",
            "scratch::made",
            "scratch::place",
        ],
    );
    assert!(served.join().unwrap().starts_with("GET /catalogue HTTP/1.0\r\n"));

    let (address, served) = serve("404 Not Found", String::new());
    cargo_obs(&here, &["list", "--url", &format!("{address}/page")])
        .assert(2, &["error: ", "there is no page /page; obs-runtime serves /catalogue"]);
    served.join().unwrap();
    cargo_obs(&here, &["list", "--url", "https://x"]).assert(2, &["only http:// is spoken here"]);
    cargo_obs(&here, &["list", "--url", "http://127.0.0.1:1"]).assert(2, &["error: http://127.0.0.1:1: "]);
}

#[test]
fn check_tells_where_source_and_program_differ() {
    let scratch = scratch("linked-check");
    let here = scratch.path("");
    let (address, _) = serve("200 OK", linked(&scratch));
    cargo_obs(&here, &["check", "--url", &address])
        .assert(1, &[": function scratch::made: linked into this program, but not found in the source"]);
    // What it says can be generated from as well, with no path of one machine in it.
    let (address, _) = serve("200 OK", linked(&scratch));
    cargo_obs(&here, &["generate", "--url", &address]).assert(0, &["wrote observability/catalogue.json"]);
    let catalogue = std::fs::read_to_string(scratch.path("observability/catalogue.json")).unwrap();
    assert!(
        catalogue.contains("\"store-1.2.3/src/pool.rs\"") && !catalogue.contains("/home/"),
        "{catalogue}"
    );
}

#[test]
fn requests_that_a_program_counts_and_its_build_script_does_not_name_are_told() {
    let scratch = scratch("linked-requests");
    let here = scratch.path("");
    let mut catalogue = from_json(&linked(&scratch)).unwrap();
    catalogue.requests = vec![Requests::new(Side::Server, Protocol::Grpc).with_prefix("shop")];
    let (address, _) = serve("200 OK", catalogue.to_json());
    cargo_obs(&here, &["check", "--url", &address]).assert(
        1,
        &["requests in shop_rpc_server_call_duration_seconds: counted by this program, but not named in build.rs; \
           add `.requests(Requests::grpc_server().prefix(\"shop\"))`"],
    );
}

#[test]
fn a_program_needs_no_source() {
    let scratch = scratch("linked-alone");
    let (address, _) = serve("200 OK", linked(&scratch));
    let nowhere = std::env::temp_dir();
    cargo_obs(&nowhere, &["list", "--url", &address]).assert(0, &["store::pool::connect"]);
}

#[cfg(unix)]
#[test]
fn a_built_program_is_run_for_it() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("linked-binary", &[("src/lib.rs", METRICS)]);
    let here = scratch.path("");
    scratch.write("linked.json", &linked(&scratch));
    let program = |name: &str, text: &str| {
        scratch.write(name, &format!("#!/bin/sh\n{text}\n"));
        std::fs::set_permissions(scratch.path(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let own = "echo starting {; [ \"$OBS_PRINT_CATALOGUE\" = 1 ] && echo && cat linked.json";
    program("own", own);
    cargo_obs(&here, &["list", "--binary", "own"]).assert(0, &["store::pool::connect", "(crate store)"]);
    cargo_obs(&here, &["explain", "connect", "--binary", "own"]).assert(
        0,
        &["function store::pool::connect", "store-1.2.3/src/pool.rs:7:8: store::pool::connect (crate store)"],
    );
    program("other", "echo hello; exit 3");
    cargo_obs(&here, &["list", "--binary", "other"])
        .assert(2, &["error: other: it did not print its catalogue", "exit status: 3"]);
    cargo_obs(&here, &["list", "--binary", "none"]).assert(2, &["error: none: "]);
    cargo_obs(&here, &["list", "--binary", "own", "--url", "http://x"]).assert(2, &["cannot be used with"]);
}
