//! Which files are named by whom, and what becomes of that.

use super::env::read;
use super::*;

const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:1");
const AUTHORITY: &str = "OTEL_EXPORTER_OTLP_CERTIFICATE";
const KEY: &str = "OTEL_EXPORTER_OTLP_CLIENT_KEY";

/// What is wrong with what the variables or the program say.
fn mistake(otlp: Otlp) -> String {
    otlp.into_settings().unwrap_err()
}

#[test]
fn a_variable_for_a_plain_address_is_ignored_and_told_of() {
    let mut otlp =
        read(&[ENDPOINT, (AUTHORITY, "/no/ca.pem"), ("OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY", "/no/logs.key")]);
    let warnings = otlp.take_warnings();
    assert_eq!(
        warnings,
        [
            "OTEL_EXPORTER_OTLP_CERTIFICATE: http://c:1 is reached without TLS; found \"/no/ca.pem\", which is \
             ignored",
            "OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY: http://c:1 is reached without TLS; found \"/no/logs.key\", which \
             is ignored",
        ]
    );
    assert!(otlp.into_settings().is_ok(), "nobody reads them");
}

#[test]
fn a_method_for_a_plain_address_is_a_mistake() {
    let plain = || Otlp::http("http://moka:hunter2@c:4318");
    #[cfg(feature = "otlp-tls")]
    {
        let authority = authority::Authority::new();
        let file = authority.file();
        assert_eq!(
            mistake(plain().certificate(&file)),
            format!(
                "certificate: expected an https:// address, for certificates are of no use without TLS; found \
                 {file:?} for http://c:4318"
            )
        );
        // What the program says holds whoever says where to.
        assert!(mistake(read(&[ENDPOINT]).certificate(&file)).contains("found"));
    }
    #[cfg(not(feature = "otlp-tls"))]
    for (otlp, what) in [
        (plain().certificate("/no/ca.pem"), "certificate"),
        (plain().client_certificate("/no/ca.pem", "/no/ca.key"), "client_certificate"),
    ] {
        assert_eq!(
            mistake(otlp),
            format!(
                "{what}: expected feature otlp-tls of obs-runtime, which certificates need; found \
                 \"/no/ca.pem\" without it"
            )
        );
    }
}

#[test]
fn a_key_in_place_of_its_path_is_shown_to_nobody() {
    let key = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----";
    let encoded = "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCmh1bnRlcjI=";
    for content in [key, encoded] {
        let mut plain = read(&[ENDPOINT, (KEY, content)]);
        let said = format!("{plain:?}{:?}", plain.take_warnings());
        assert!(said.contains("found the content of such a file"), "{said}");
        assert!(!said.contains("hunter2") && !said.contains(encoded), "{said}");
        let otlp = Otlp::grpc("http://c:1").client_certificate("/no/ca.pem", content);
        let said = format!("{otlp:?}{}", mistake(otlp.clone()));
        assert!(!said.contains("hunter2") && !said.contains(encoded), "{said}");
    }
}

#[cfg(feature = "otlp-tls")]
mod enabled {
    use super::*;
    use crate::otlp::settings::{Signal, Target};
    use crate::otlp::tests::authority::Authority;
    use crate::otlp::tests::terminator::Terminator;
    use crate::otlp::tls::File;
    use crate::otlp::transport::Transport;
    use collector::{Collector, Reply};

    const CERTIFICATE: &str = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE";
    const SECURE: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c:1");

    /// The files of a target, each with who named it.
    fn files(otlp: &mut Otlp, signal: Signal) -> Vec<String> {
        let Some(Target { files, .. }) = otlp.settings.target_mut(signal) else { return Vec::new() };
        files.iter().map(|file: &File| format!("{} {file}", file.said)).collect()
    }

    #[test]
    fn a_signal_s_own_variable_comes_first_and_a_method_before_both() {
        let mut otlp = read(&[
            SECURE,
            (AUTHORITY, "ca.pem"),
            ("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "m.pem"),
            (CERTIFICATE, "c.pem"),
            (KEY, "c.key"),
            ("OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE", "l.pem"),
            ("OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY", "l.key"),
        ]);
        assert_eq!(
            files(&mut otlp, Signal::Traces),
            [
                r#"OTEL_EXPORTER_OTLP_CERTIFICATE "ca.pem""#,
                r#"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE "c.pem""#,
                r#"OTEL_EXPORTER_OTLP_CLIENT_KEY "c.key""#,
            ]
        );
        assert_eq!(files(&mut otlp, Signal::Metrics)[0], r#"OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE "m.pem""#);
        assert_eq!(
            files(&mut otlp, Signal::Logs)[1..],
            [
                r#"OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE "l.pem""#,
                r#"OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY "l.key""#,
            ]
        );
        let mut otlp = otlp.certificate("mine.pem").client_certificate("me.pem", "me.key");
        for signal in Signal::ALL {
            let named = [
                r#"certificate "mine.pem""#,
                r#"client_certificate "me.pem""#,
                r#"client_certificate "me.key""#,
            ];
            assert_eq!(files(&mut otlp, signal), named);
        }
    }

    #[test]
    fn half_of_a_pair_is_a_mistake() {
        const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY";
        for (name, other, what) in [
            (KEY, CERTIFICATE, "the key's certificate"),
            (CERTIFICATE, KEY, "its private key"),
            (TRACES, "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "the key's certificate"),
        ] {
            assert_eq!(
                mistake(read(&[SECURE, (name, "/no/file.pem")])),
                format!("{name}: expected {other} beside it, for {what}; found \"/no/file.pem\" alone")
            );
        }
        // Not where nothing is sent.
        assert!(read(&[SECURE, (TRACES, "k"), ("OTEL_TRACES_EXPORTER", "none")]).into_settings().is_ok());
        assert!(read(&[SECURE, (KEY, "k"), ("OTEL_SDK_DISABLED", "true")]).into_settings().is_ok());
    }

    #[test]
    fn a_variable_is_named_with_its_file() {
        for (name, expected) in [
            (AUTHORITY, "a PEM file with the certificates of the authorities to trust"),
            (
                "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE",
                "a PEM file with the certificates of the authorities to trust",
            ),
        ] {
            let said = mistake(read(&[SECURE, (name, "/no/ca.pem")]));
            let start = format!("{name}: expected {expected}; found \"/no/ca.pem\", which cannot be read: ");
            assert!(said.starts_with(&start), "{said}");
        }
    }

    #[test]
    fn nothing_that_knows_a_key_shows_it() {
        let authority = Authority::new();
        let signed = authority.sign();
        let files = [("c.pem", &signed.certificate), ("c.key", &signed.key)];
        let [certificate, key] = files.map(|(name, content)| authority.write(name, content));
        for configured in [Otlp::grpc, Otlp::http] {
            let otlp = configured("https://c:1").certificate(authority.file());
            let otlp = otlp.client_certificate(&certificate, &key);
            let before = format!("{otlp:?}");
            let settings = otlp.into_settings().unwrap();
            let transport = Transport::new(settings.traces.as_ref().unwrap(), Signal::Traces).unwrap();
            let said = format!("{before}{settings:?}{transport:?}");
            let secret = signed.key.lines().nth(1).unwrap();
            // Nor as the numbers of its bytes.
            let bytes = format!("{:?}", &signed.key.as_bytes()[..8]);
            let bytes = bytes.trim_matches(['[', ']']);
            assert!(!said.contains(secret) && !said.contains(bytes), "{said}");
            assert!(said.contains(&key), "the path is no secret: {said}");
        }
    }

    #[test]
    fn signals_go_to_collectors_of_different_authorities() {
        let authorities = [Authority::new(), Authority::new()];
        let collectors = [Collector::grpc(|_| Reply::Take), Collector::http(|_| Reply::Take)];
        let [grpc, http] =
            [0, 1].map(|n| Terminator::start(authorities[n].server(None), collectors[n].address));
        let [ca, ca_of_metrics] = authorities.each_ref().map(Authority::file);
        let metrics = format!("{}/v1/metrics", http.url());
        let otlp = read(&[
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &grpc.url()),
            (AUTHORITY, &ca),
            ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", &metrics),
            ("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", &ca_of_metrics),
        ]);
        let exporting = Exporting::start(otlp, |_| ());
        tree();
        exporting.exporter.stop(Duration::from_secs(60));
        let [spans, metrics] = collectors.map(|collector| collector.kept());
        assert_eq!((spans.spans().len(), spans.metrics.len()), (3, 0));
        assert!(metrics.traces.is_empty() && !metrics.metrics.is_empty());
    }
}
