//! A catalogue with one of everything, for tests.

use crate::compose::Composed;
use crate::devices::Devices;
use crate::plan::Plan;
use crate::subject::Subject;
use obs_model::bucket::Preset;
use obs_model::request::{Protocol, RequestLabel, Side};
use obs_model::{
    Catalogue, Category, ErrorType, Every, Function, Kernel, Kind, Label, Latency, Metric, Percent, Place,
    Requests, Severity, Slo, Source, SpanKind, Unit,
};
use std::time::Duration;

/// Requests of every kind, with and without names of their own.
pub(crate) fn requests() -> Vec<Requests> {
    let mut requests: Vec<Requests> = [
        Requests::new(Side::Server, Protocol::Http),
        Requests::new(Side::Server, Protocol::Grpc),
        Requests::new(Side::Client, Protocol::Grpc),
        Requests { classic: true, ..Requests::new(Side::Client, Protocol::Http).with_prefix("edge") },
        named(Protocol::Http),
        named(Protocol::Grpc),
    ]
    .into();
    requests.sort();
    requests
}

/// Requests under names that were there before.
fn named(protocol: Protocol) -> Requests {
    let labels = [
        (RequestLabel::Method, "method"),
        (RequestLabel::Route, "path"),
        (RequestLabel::Call, "method"),
        (RequestLabel::Status, "status"),
    ];
    Requests {
        classic: true,
        labels: labels.map(|(label, name)| (label, name.to_owned())).into(),
        duration_labels: vec![RequestLabel::Route, RequestLabel::Call],
        buckets: [10, 1000].map(Duration::from_millis).into(),
        ..Requests::new(Side::Server, protocol).with_prefix("known")
    }
    .alone()
}

/// What artefacts are made of where requests are named, and what is slow.
pub(crate) fn with_requests() -> Plan {
    use crate::compose::Requests;
    let mut plan = plan(catalogue());
    plan.catalogue.requests = requests();
    plan.composed.requests = vec![
        Requests::http_server().slow("500ms"),
        Requests::grpc_server().slow("1s"),
        Requests::grpc_client(),
        Requests::http_server()
            .prefix("known")
            .classic_names()
            .labels([
                (RequestLabel::Method, "method"),
                (RequestLabel::Route, "path"),
                (RequestLabel::Status, "status"),
            ])
            .duration_labels([RequestLabel::Route])
            .buckets([0.01, 1.0])
            .slow("1s"),
    ];
    plan
}

/// Whose catalogue it is.
pub(crate) fn subject() -> Subject {
    Subject {
        service: "schema-registry".into(),
        package: "registry".into(),
        crates: vec!["registry".into()],
        team: "schemas".into(),
        repository: Some("https://example.org/registry".into()),
        grafana: Some("https://grafana.example.org".into()),
        runbooks: Some("https://example.org/runbooks".into()),
        devices: Devices::None,
    }
}

/// What artefacts are made of where nothing is composed.
pub(crate) fn plan(catalogue: Catalogue) -> Plan {
    Plan { catalogue, subject: subject(), composed: Composed::default() }
}

const DAY: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn catalogue() -> Catalogue {
    let mut register = function("register_schema", "registry", 10);
    register.help = "Stores a schema and gives it an id.".into();
    register.labels = vec![label("format", None, &["json", "avro"]), label("tenant", Some(50), &[])];
    register.is_async = true;
    register.slow = Some(Duration::from_millis(100));
    register.runbook = Some("register-schema".into());
    register.slo = Some(Slo {
        success: Percent::parse("99.9%").ok(),
        latency: vec![
            Latency { bound: Duration::from_millis(25), share: Percent::parse("95%").expect("a percentage") },
            Latency { bound: Duration::from_secs(1), share: Percent::parse("99.5%").expect("a percentage") },
        ],
        window: 30 * DAY,
        min_events: Some(100),
        name: Some("registration".into()),
    });
    let mut checkout = function("checkout", "registry::shop", 20);
    checkout.metric = Some("checkout".into());
    checkout.labels = vec![label("region", Some(20), &[])];
    checkout.fields = vec!["subject".into()];
    checkout.kind = SpanKind::Server;
    checkout.slo =
        Some(Slo { latency: Vec::new(), min_events: None, name: None, ..register.slo.clone().expect("set") });
    let lookup = Function {
        help: "Finds a \"schema\" by id.".into(),
        ..function("Index::lookup", "registry::index", 30)
    };
    let mut quiet = function("quiet", "registry::index", 40);
    quiet.metrics = false;

    let mut catalogue = Catalogue {
        functions: vec![register, checkout, lookup, quiet],
        metrics: vec![
            metric(
                "db_connections",
                Kind::Gauge,
                Source::Static,
                vec![label("state", None, &["idle", "used"])],
            ),
            metric(
                "schemas_registered_total",
                Kind::Counter,
                Source::Function,
                vec![label("format", None, &[])],
            ),
            metric("schema_size_bytes", Kind::Histogram, Source::Function, vec![]),
            metric("open_files", Kind::Gauge, Source::Polled, vec![]),
        ],
        kernels: Vec::new(),
        errors: vec![ErrorType {
            name: "RegistryError".into(),
            module: "registry::error".into(),
            place: place("src/error.rs", 3),
            categories: vec![
                category("NotFound", "not_found", Severity::Recoverable),
                Category {
                    retry_after: Some(Duration::from_secs(5)),
                    action: Some("check the connection pool, then the primary".into()),
                    runbook: Some("database-down".into()),
                    ..category("Database", "database", Severity::Critical)
                },
            ],
        }],
        requests: Vec::new(),
    };
    catalogue.sort();
    catalogue
}

pub(crate) fn function(name: &str, module: &str, line: u32) -> Function {
    Function {
        name: name.into(),
        module: module.into(),
        place: place("src/lib.rs", line),
        help: String::new(),
        metric: None,
        labels: Vec::new(),
        buckets: Preset::Latency.bounds().to_vec(),
        is_async: false,
        slow: None,
        slo: None,
        runbook: None,
        dashboard: None,
        kind: SpanKind::Internal,
        level: "info".into(),
        target: module.into(),
        fields: Vec::new(),
        spans: true,
        metrics: true,
    }
}

/// The same with kernels: of two layouts of buckets, with and without everything that an attribute can say.
pub(crate) fn with_kernels() -> Catalogue {
    let mut saxpy = kernel("saxpy", 10);
    saxpy.help = "Adds a scaled vector to another.".into();
    saxpy.labels = vec![label("precision", None, &["single", "double"]), label("tenant", Some(20), &[])];
    (saxpy.bytes, saxpy.flops, saxpy.items) = (true, true, true);
    saxpy.slow = Some(Duration::from_millis(4));
    saxpy.runbook = Some("gpu-slow".into());
    saxpy.dashboard = Some("Simulation".into());
    saxpy.slo = Some(Slo {
        success: Percent::parse("99.5%").ok(),
        latency: vec![Latency {
            bound: Duration::from_millis(1),
            share: Percent::parse("99%").expect("a percentage"),
        }],
        window: 30 * DAY,
        min_events: None,
        name: None,
    });
    let mut reduce = kernel("reduce", 20);
    reduce.bytes = true;
    let mut layout = kernel("layout::step \"a.b\"", 30);
    layout.buckets = Preset::Fast.bounds().to_vec();
    layout.every = Every::Nth(10.try_into().expect("not zero"));
    let mut catalogue = Catalogue { kernels: vec![saxpy, reduce, layout], ..catalogue() };
    catalogue.sort();
    catalogue
}

/// What artefacts are made of where everything is measured.
pub(crate) fn gpu_plan() -> Plan {
    Plan { subject: Subject { devices: Devices::Measured, ..subject() }, ..plan(with_kernels()) }
}

pub(crate) fn kernel(name: &str, line: u32) -> Kernel {
    Kernel {
        name: name.into(),
        module: "registry::gpu".into(),
        place: place("src/gpu.rs", line),
        help: String::new(),
        labels: Vec::new(),
        buckets: Preset::Kernel.bounds().to_vec(),
        every: Every::Auto,
        bytes: false,
        flops: false,
        items: false,
        slow: None,
        slo: None,
        runbook: None,
        dashboard: None,
    }
}

pub(crate) fn metric(name: &str, kind: Kind, source: Source, labels: Vec<Label>) -> Metric {
    let buckets = if kind == Kind::Histogram { Preset::Bytes.bounds().to_vec() } else { Vec::new() };
    Metric {
        name: name.into(),
        kind,
        help: format!("What {name} says."),
        unit: Unit::of(name),
        labels,
        buckets,
        source,
        module: "registry::metrics".into(),
        place: place("src/metrics.rs", 7),
        dashboard: None,
    }
}

pub(crate) fn category(variant: &str, name: &str, severity: Severity) -> Category {
    Category {
        variant: variant.into(),
        name: name.into(),
        severity,
        retry_after: None,
        action: None,
        runbook: None,
    }
}

pub(crate) fn label(name: &str, cap: Option<u32>, values: &[&str]) -> Label {
    Label { name: name.into(), cap, values: values.iter().map(|&value| value.into()).collect() }
}

pub(crate) fn place(file: &str, line: u32) -> Place {
    Place { file: file.into(), line, column: 5 }
}
