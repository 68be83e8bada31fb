//! One request: its answer, its trace and its exemplar.

use crate::collector::{Collector, Reply};
use crate::program::{Program, To};
use crate::prometheus::Prometheus;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// As `curl` sends it.
fn curl(shop: std::net::SocketAddr) -> String {
    let mut stream = TcpStream::connect(shop).expect("a connection");
    let request = format!(
        "POST /orders/7 HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 0\r\n\
         traceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n\
         baggage: order=7\r\nX-Correlation-Id: ticket-7\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("a connection");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn an_exemplar_leads_to_the_trace_of_its_request() {
    let collector = Collector::http(|_| Reply::Take);
    let url = collector.url();
    let to = To("http/protobuf", &url);
    let mut shipping = Program::shipping(to);
    let mut shop = Program::shop(to, shipping.address(), 0);
    let prometheus = Prometheus::start(&shop.says("pages"));

    let answer = curl(shop.address());
    assert!(answer.contains("\r\nx-correlation-id: ticket-7\r\n"), "{answer}");
    assert!(answer.ends_with("shipped 7 of ticket-7"), "{answer}");

    collector.wait_until(|kept, _| kept.spans().len() == 9);
    let spans = collector.kept().spans();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert!(spans.iter().all(|(_, span)| hex(&span.trace_id) == TRACE), "{spans:?}");

    let end = Instant::now() + Duration::from_secs(60);
    let labels = loop {
        let found = prometheus.exemplars("function_calls_duration_seconds_bucket");
        // Of the functions of the shop: who ships is not scraped.
        if found.len() >= 5 {
            break found;
        }
        assert!(Instant::now() < end, "{found:?}, {}", prometheus.log());
        std::thread::sleep(Duration::from_millis(100));
    };
    for labels in &labels {
        assert_eq!(labels["trace_id"], TRACE);
        let span = labels["span_id"].as_str().expect("text");
        assert!(spans.iter().any(|(_, known)| hex(&known.span_id) == span), "{span} in {spans:?}");
    }
    for program in [shop, shipping] {
        assert!(program.end().ends_with("none was lost."));
    }
}
