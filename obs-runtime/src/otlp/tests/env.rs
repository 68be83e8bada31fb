//! The environment's variables, one by one.

use super::Otlp;
use crate::otlp::settings::{Events, Protocol, Settings};
use crate::trace::{Limits, Sampling};
use std::time::Duration;

pub(super) fn read(variables: &[(&str, &str)]) -> Otlp {
    crate::otlp::env::read(&|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

/// What is understood without a complaint.
fn settings(variables: &[(&str, &str)]) -> Settings {
    let otlp = read(variables);
    assert!(otlp.warnings.is_empty() && otlp.mistake.is_none(), "{otlp:?}");
    otlp.settings
}

#[test]
fn nothing_is_the_specification_s_defaults() {
    for variables in [&[][..], &[("OTEL_BSP_SCHEDULE_DELAY", ""), ("OTEL_TRACES_SAMPLER", " ")]] {
        let settings = settings(variables);
        assert!(settings.wanted_logs().is_none(), "nobody asks for them");
        let (traces, metrics) = (settings.traces.unwrap(), settings.metrics.unwrap());
        assert_eq!(traces.uri, "http://localhost:4318/v1/traces");
        assert_eq!(settings.logs.as_ref().unwrap().uri, "http://localhost:4318/v1/logs");
        let Events { queue, bytes: 0x80_0000, batch, delay, timeout } = settings.events else {
            panic!("{:?}", settings.events)
        };
        assert_eq!((queue, batch, delay.as_secs(), timeout.as_secs()), (2048, 512, 1, 30));
        assert_eq!(metrics.uri, "http://localhost:4318/v1/metrics");
        assert_eq!((traces.protocol, traces.gzip), (Protocol::HttpProtobuf, false));
        assert_eq!(traces.timeout, Duration::from_secs(10));
        assert_eq!(settings.schedule_delay, Duration::from_secs(5));
        assert_eq!(settings.export_timeout, Duration::from_secs(30));
        assert_eq!(settings.metric_interval, Duration::from_secs(60));
        assert_eq!(settings.metric_timeout, Duration::from_secs(30));
        assert_eq!(settings.limits, Limits::default());
        let Limits { attributes, events, links, batch, .. } = settings.limits;
        assert_eq!([attributes, events, links, batch], [128, 128, 128, 512]);
        assert_eq!((settings.sampling, settings.service_name), (None, None));
    }
}

#[test]
fn addresses_follow_the_rules_of_paths() {
    const BOTH: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
    for (variables, traces, metrics) in [
        (&[(BOTH, "http://c:1")][..], "http://c:1/v1/traces", "http://c:1/v1/metrics"),
        (&[(BOTH, "http://c:1/")], "http://c:1/v1/traces", "http://c:1/v1/metrics"),
        (&[(BOTH, "http://c:1/otlp/")], "http://c:1/otlp/v1/traces", "http://c:1/otlp/v1/metrics"),
        (
            &[(BOTH, "http://c:1/in/?key=7")],
            "http://c:1/in/v1/traces?key=7",
            "http://c:1/in/v1/metrics?key=7",
        ),
        (&[(BOTH, "http://c:1"), (TRACES, "http://d:2/in")], "http://d:2/in", "http://c:1/v1/metrics"),
        (&[(TRACES, "http://d:2")], "http://d:2/", "http://localhost:4318/v1/metrics"),
        (&[(PROTOCOL, "grpc")], "http://localhost:4317/", "http://localhost:4317/"),
        (&[(PROTOCOL, "grpc"), (BOTH, "http://c:1")], "http://c:1/", "http://c:1/"),
        (
            &[("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "grpc")],
            "http://localhost:4318/v1/traces",
            "http://localhost:4317/",
        ),
    ] {
        let settings = settings(variables);
        assert_eq!(settings.traces.unwrap().uri, traces, "{variables:?}");
        assert_eq!(settings.metrics.unwrap().uri, metrics, "{variables:?}");
    }
}

#[test]
fn what_a_variable_asks_for_and_does_not_get_is_said() {
    const TEMPORALITY: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    for (name, met, unmet) in [
        (TEMPORALITY, "Cumulative", "delta"),
        (TEMPORALITY, "cumulative", "lowmemory"),
        (
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
            "explicit_bucket_histogram",
            "base2_exponential_bucket_histogram",
        ),
        ("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based", "always_off"),
        ("OTEL_PROPAGATORS", "tracecontext, baggage", "tracecontext,b3"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "", "64"),
    ] {
        settings(&[(name, met)]);
        let otlp = read(&[(name, unmet)]);
        let [warning] = otlp.warnings.as_slice() else { panic!("{name}: {:?}", otlp.warnings) };
        assert!(warning.starts_with(name) && warning.contains(unmet), "{warning}");
    }
}

#[test]
fn the_common_limit_of_attributes_is_that_of_spans_which_have_none() {
    const COMMON: (&str, &str) = ("OTEL_ATTRIBUTE_COUNT_LIMIT", "7");
    assert_eq!(settings(&[COMMON]).limits.attributes, 7);
    assert_eq!(settings(&[COMMON, ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "9")]).limits.attributes, 9);
}

#[test]
fn one_signal_s_own_variables_come_first() {
    let settings = settings(&[
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=1, b=x%20y%2Cz"),
        ("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "c=3"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "250"),
        ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "500"),
        ("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "750"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://l:3/in"),
        ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "d=4"),
        ("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "none"),
    ]);
    let (traces, metrics) = (settings.traces.unwrap(), settings.metrics.unwrap());
    let logs = settings.logs.unwrap();
    assert_eq!((logs.protocol, logs.gzip, logs.timeout.as_millis()), (Protocol::HttpProtobuf, false, 750));
    assert_eq!((logs.uri.to_string().as_str(), &logs.headers["d"]), ("http://l:3/in", &"4".parse().unwrap()));
    assert_eq!((traces.protocol, metrics.protocol), (Protocol::Grpc, Protocol::HttpJson));
    assert_eq!((traces.timeout.as_millis(), metrics.timeout.as_millis()), (250, 500));
    assert_eq!((traces.gzip, metrics.gzip), (true, false));
    assert_eq!(
        (&traces.headers["a"], &traces.headers["b"]),
        (&"1".parse().unwrap(), &"x y,z".parse().unwrap())
    );
    assert_eq!((metrics.headers.len(), &metrics.headers["c"]), (1, &"3".parse().unwrap()));
    assert!(!format!("{traces:?}").contains("x y,z"), "headers hold passwords");
}

#[test]
fn signals_are_switched_off() {
    let off = settings(&[("OTEL_TRACES_EXPORTER", "none")]);
    assert!(off.traces.is_none() && off.metrics.is_some());
    let off = settings(&[("OTEL_METRICS_EXPORTER", "none"), ("OTEL_TRACES_EXPORTER", "OTLP")]);
    assert!(off.traces.is_some() && off.metrics.is_none());
    assert!(settings(&[("OTEL_LOGS_EXPORTER", "none")]).logs.is_none());
    let scraped = settings(&[("OTEL_METRICS_EXPORTER", "prometheus")]);
    assert!(scraped.traces.is_some() && scraped.metrics.is_none());
    let on = settings(&[("OTEL_LOGS_EXPORTER", "otlp")]);
    assert!(on.logs.is_some() && on.wants_logs);
    assert!(settings(&[("OTEL_SDK_DISABLED", "True")]).is_empty());
    assert!(!settings(&[("OTEL_SDK_DISABLED", "false")]).is_empty());
}

#[test]
fn samplers() {
    let sampling = |name: &str, share: Option<&str>| {
        let mut variables = vec![("OTEL_TRACES_SAMPLER", name)];
        variables.extend(share.map(|share| ("OTEL_TRACES_SAMPLER_ARG", share)));
        settings(&variables).sampling.unwrap()
    };
    assert_eq!(sampling("parentbased_always_on", None), Sampling::always());
    assert_eq!(sampling("parentbased_always_off", None), Sampling::never());
    assert_eq!(sampling("parentbased_traceidratio", Some("0.25")), Sampling::ratio(0.25));
    assert_eq!(sampling("parentbased_traceidratio", None), Sampling::always());
    assert_eq!(sampling("always_on", None), Sampling::always().heedless());
    assert_eq!(sampling("always_off", None), Sampling::never().heedless());
    assert_eq!(sampling("traceidratio", Some("0.5")), Sampling::ratio(0.5).heedless());
}

#[test]
fn resources_and_numbers() {
    let settings = settings(&[
        ("OTEL_SERVICE_NAME", "till"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=b,c=d%2Ce, f = g%C3%A9 "),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "200"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "300"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "400"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "101"),
        ("OTEL_BLRP_EXPORT_TIMEOUT", "201"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "301"),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "401"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "600"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "7"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "0"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "9"),
    ]);
    assert_eq!(settings.service_name.as_deref(), Some("till"));
    let pairs: Vec<_> =
        settings.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("a", "b"), ("c", "d,e"), ("f", "gé")]);
    let millis =
        [settings.schedule_delay, settings.export_timeout, settings.metric_interval, settings.metric_timeout];
    assert_eq!(millis.map(|time| time.as_millis()), [100, 200, 500, 600]);
    let Events { queue, bytes: 0x80_0000, batch, delay, timeout } = settings.events else {
        panic!("{:?}", settings.events)
    };
    assert_eq!((queue, batch, delay.as_millis(), timeout.as_millis()), (301, 401, 101, 201));
    // A batch is no larger than the queue, and neither is a trace.
    let Limits { queue, batch, spans_per_trace, attributes, events, links, .. } = settings.fitting_limits();
    assert_eq!([queue, batch, attributes, events, links], [300, 300, 7, 0, 9]);
    assert_eq!(spans_per_trace, 288);
}

#[test]
fn a_timeout_of_zero_is_none_and_no_delay_is_hardly_any() {
    let settings = settings(&[
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "0"),
        ("OTEL_BLRP_EXPORT_TIMEOUT", "0"),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "0"),
        ("OTEL_BSP_SCHEDULE_DELAY", "0"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "0"),
    ]);
    let timeouts = [settings.export_timeout, settings.metric_timeout, settings.events.timeout];
    for timeout in timeouts.into_iter().chain([settings.traces.unwrap().timeout]) {
        assert!(timeout > Duration::from_secs(30 * 86_400), "{timeout:?}");
    }
    let millisecond = Duration::from_millis(1);
    assert_eq!((settings.schedule_delay, settings.events.delay), (millisecond, millisecond));
}

#[test]
fn what_is_not_understood_is_ignored_with_a_warning() {
    for (name, value, said) in [
        ("OTEL_BSP_SCHEDULE_DELAY", "soon", "expected a number of milliseconds; found \"soon\""),
        ("OTEL_METRIC_EXPORT_INTERVAL", "0", "expected a positive number of milliseconds; found \"0\""),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0", "expected a positive number; found \"0\""),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "0", "expected a positive number; found \"0\""),
        ("OTEL_BLRP_SCHEDULE_DELAY", "1s", "expected a number of milliseconds; found \"1s\""),
        ("OTEL_LOGS_EXPORTER", "console", "expected one of otlp, none; found \"console\""),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "-1", "expected a number; found \"-1\""),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "10s", "found \"10s\""),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier", "expected one of grpc, http/protobuf, http/json"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zip", "expected one of gzip, none; found \"zip\""),
        ("OTEL_TRACES_EXPORTER", "zipkin", "expected one of otlp, none; found \"zipkin\""),
        ("OTEL_TRACES_SAMPLER", "xray", "expected one of always_on, always_off"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=b,c", "expected pairs such as a=b,c=d"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=%2", "expected pairs such as a=b,c=d"),
        ("OTEL_SDK_DISABLED", "yes", "expected true or false; found \"yes\""),
    ] {
        let otlp = read(&[(name, value)]);
        assert!(otlp.mistake.is_none(), "{otlp:?}");
        let warnings = &otlp.warnings;
        assert!(
            !warnings.is_empty() && warnings.iter().all(|warning| warning.contains(said)),
            "{warnings:?}"
        );
        assert!(warnings[0].starts_with(name), "{warnings:?}");
        let defaults = settings(&[]);
        assert_eq!(format!("{:?}", otlp.settings), format!("{defaults:?}"), "{name}");
    }
    let otlp = read(&[("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "2")]);
    assert_eq!(otlp.settings.sampling, Some(Sampling::ratio(1.0).heedless()));
    assert!(otlp.warnings[0].contains("expected a share from 0 to 1; found \"2\""), "{:?}", otlp.warnings);
}

#[test]
fn what_cannot_be_guessed_is_a_mistake() {
    for (name, value, said) in [
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector:4317",
            "expected an address such as http://127.0.0.1:4318",
        ),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "/v1/metrics", "found \"/v1/metrics\""),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://c/", "found \"ftp://c/\""),
        ("OTEL_EXPORTER_OTLP_HEADERS", "secret", "expected pairs such as a=b,c=d"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a b=secret", "expected the name of a header; found \"a b\""),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=%00secret", "expected visible ASCII characters in the header a"),
    ] {
        let mistake = read(&[(name, value)]).mistake.unwrap();
        assert!(mistake.starts_with(name) && mistake.contains(said), "{mistake}");
        assert!(!mistake.contains("secret"), "{mistake}");
    }
}

#[test]
fn a_builder_s_mistakes_are_told() {
    let mistake = |otlp: Otlp| otlp.into_settings().unwrap_err();
    let here = || Otlp::grpc("http://127.0.0.1:4317");
    assert_eq!(
        mistake(Otlp::grpc("here")),
        "address: expected an address such as http://127.0.0.1:4317; found \"here\""
    );
    assert!(mistake(here().timeout("soon")).starts_with("timeout: expected a duration"));
    assert!(mistake(here().metric_interval("1")).starts_with("metric_interval: expected a duration"));
    assert_eq!(mistake(here().queue(0, 5)), "queue: expected at least one span; found 0 and 5");
    assert_eq!(mistake(here().log_queue(5, 0)), "log_queue: expected at least one event; found 5 and 0");
    assert!(mistake(here().header("a b", "c")).starts_with("header: expected the name"));
    if !cfg!(feature = "otlp-tls") {
        assert!(mistake(Otlp::http("https://c")).contains("needs the feature otlp-tls"));
    }
}
