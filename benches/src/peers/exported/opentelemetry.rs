//! `#[tracing::instrument]` through tracing-opentelemetry and the SDK's batch processor, over OTLP.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use opentelemetry::trace::{Link, SpanKind, TraceId, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SamplingResult, SdkTracerProvider, ShouldSample,
};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::{AT_LEAST, SPANS, below, comes, obs, traces};
use crate::receiver::{address, received};
use crate::{Peer, Refused, body, ready};

/// Room for more spans than two threads make in a stretch. All of it is allocated at once.
const QUEUE: usize = 1 << 18;

/// Whether every trace is sampled now, or a tenth. A process has one subscriber.
static ALL: AtomicBool = AtomicBool::new(false);

/// The spans that are still to arrive, counted from the beginning, while every trace is sampled.
static EXPECTED: AtomicU64 = AtomicU64::new(0);

/// One sampler or the other. Children do as their parents.
#[derive(Clone, Debug)]
struct Switch;

impl ShouldSample for Switch {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        static SAMPLERS: OnceLock<[Sampler; 2]> = OnceLock::new();
        let samplers = SAMPLERS.get_or_init(|| {
            [Sampler::TraceIdRatioBased(0.1), Sampler::AlwaysOn]
                .map(|sampler| Sampler::ParentBased(Box::new(sampler)))
        });
        let sampler = &samplers[usize::from(ALL.load(Ordering::Relaxed))];
        sampler.should_sample(parent, trace, name, kind, attributes, links)
    }
}

/// The exporter, for good.
fn provider() -> &'static SdkTracerProvider {
    static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("http://{}/v1/traces", address()))
            .build()
            .expect("an exporter");
        let config = BatchConfigBuilder::default().with_max_queue_size(QUEUE).build();
        let batches = BatchSpanProcessor::builder(exporter).with_batch_config(config).build();
        let provider = SdkTracerProvider::builder().with_sampler(Switch).with_span_processor(batches).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("benches"));
        tracing::subscriber::set_global_default(Registry::default().with(layer))
            .expect("the first subscriber");
        provider
    })
}

/// Waits until everything has been sent, and all of it has arrived where everything is sampled.
fn settle() {
    provider().force_flush().expect("the spans are sent");
    if ALL.load(Ordering::Relaxed) {
        let expected = EXPECTED.load(Ordering::SeqCst);
        assert!(comes(|| received() == expected), "{} of {expected} spans arrived", received());
    }
}

/// Makes spans, and remembers how many have to arrive where all of them have to.
fn make(count: u64, trace: impl Fn(u64) -> Result<u64, Refused>) {
    EXPECTED.fetch_add(count, Ordering::SeqCst);
    traces(count, trace);
}

/// Whether about this share of the spans arrives.
fn sends(all: bool, trace: impl Fn(u64) -> Result<u64, Refused>) -> bool {
    obs::stop();
    provider().force_flush().expect("the spans are sent");
    ALL.store(all, Ordering::Relaxed);
    let before = received();
    EXPECTED.store(before, Ordering::SeqCst);
    let made = 1_000 * SPANS;
    make(made, trace);
    settle();
    let (arrived, share) = (received() - before, if all { 1.0 } else { 0.1 });
    // Ten standard deviations of a tenth of a thousand.
    (arrived as f64 - made as f64 * share).abs() <= 95.0 * SPANS as f64
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn request(calls: u64) -> Result<u64, Refused> {
    below(calls, called)
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn called(input: u64) -> Result<u64, Refused> {
    body(input)
}

#[tracing::instrument(skip_all)]
async fn request_ready(calls: u64) -> Result<u64, Refused> {
    below(calls, |input| ready(called_ready(input)))
}

#[tracing::instrument(skip_all)]
async fn called_ready(input: u64) -> Result<u64, Refused> {
    body(input)
}

fn trace_ready(calls: u64) -> Result<u64, Refused> {
    ready(request_ready(calls))
}

/// One of the rows: its name, whether all traces are sampled, and how a trace is made.
macro_rules! peer {
    ($(#[$doc:meta])* $peer:ident, $name:literal, $all:literal, $trace:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $peer;

        impl Peer for $peer {
            const NAME: &'static str = $name;
            const AT_LEAST: u64 = AT_LEAST;

            fn call(input: u64) -> Result<u64, Refused> {
                $trace(input)
            }

            fn works() -> bool {
                sends($all, $trace)
            }

            fn stretch(calls: u64) {
                make(calls, $trace);
            }

            fn settle() {
                settle();
            }
        }
    };
}

peer!(
    /// A tenth of the traces.
    Tenth, "tracing-opentelemetry, 10 %", false, request
);
peer!(
    /// Every trace.
    All, "tracing-opentelemetry, all", true, request
);
peer!(
    /// The same on async functions.
    TenthReady, "tracing-opentelemetry, 10 %", false, trace_ready
);
peer!(
    /// The same on async functions.
    AllReady, "tracing-opentelemetry, all", true, trace_ready
);
