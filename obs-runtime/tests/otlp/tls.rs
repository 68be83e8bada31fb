//! Collectors whose certificates are of a company's own authority.

use super::authority::{Authority, Signed, der};
use super::terminator::Terminator;
use super::*;

/// A way to an address.
type Way = fn(&str) -> Otlp;

/// A collector behind TLS, and how it is reached.
struct Secured {
    collector: Collector,
    terminator: Terminator,
    otlp: Way,
}

/// One a protocol, with certificates of this authority. One that asks for certificates wants those of that one.
fn secured(authority: &Authority, asks: Option<&Authority>) -> [Secured; 3] {
    let http = || Collector::http(|_| Reply::Take);
    let all: [(Collector, Way); 3] = [
        (Collector::grpc(|_| Reply::Take), Otlp::grpc),
        (http(), Otlp::http),
        (http(), |url| Otlp::http_json(url).gzip()),
    ];
    all.map(|(collector, otlp)| {
        let terminator = Terminator::start(authority.server(asks), collector.address);
        Secured { collector, terminator, otlp }
    })
}

impl Secured {
    /// Works, and tells whether it arrived, of which nothing is in between.
    fn reached(&self, configure: impl Fn(Otlp) -> Otlp) -> bool {
        let before = self.collector.requests();
        let obs = program(configure((self.otlp)(&self.terminator.url()))).init().unwrap();
        work();
        let report = shutdown(obs);
        if report.is_complete() {
            assert_arrived(&self.collector.kept());
            return true;
        }
        assert_eq!((report.failed, report.exported, report.unsent), (6, 0, 0), "{report}");
        assert_eq!(report.metrics_sent, Some(false), "{report}");
        assert_eq!(self.collector.requests(), before, "somebody told it something");
        false
    }

    /// Whether the client left before there was a connection, for what the server has shown.
    fn was_left(&self) -> bool {
        let failed = self.terminator.failed();
        // Not every client says why.
        let reasons = ["UnknownCA", "unexpected end of file"];
        !failed.is_empty() && failed.iter().all(|failed| reasons.iter().any(|reason| failed.contains(reason)))
    }
}

/// Which cryptography a process uses is the program's to choose.
fn assert_nothing_installed() {
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

#[test]
fn a_private_authority_is_trusted_when_it_is_named_and_only_then() {
    let _alone = alone();
    let (authority, other) = (Authority::new(), Authority::new());
    for secured in secured(&authority, None) {
        assert!(!secured.reached(|otlp| otlp), "Mozilla knows nothing of it");
        assert!(!secured.reached(|otlp| otlp.certificate(other.file())));
        assert!(secured.was_left(), "{:?}", secured.terminator.failed());
        assert!(secured.reached(|otlp| otlp.certificate(authority.file())));
        assert_eq!(secured.terminator.shown(), []);
    }
    let both = authority.write("both.pem", &format!("{}\n{}", other.pem(), authority.pem()));
    for secured in secured(&authority, None) {
        assert!(secured.reached(|otlp| otlp.certificate(&both)), "a file may have more than one");
    }
    assert_nothing_installed();
}

#[test]
fn a_collector_that_asks_for_a_certificate_gets_it() {
    let _alone = alone();
    let (authority, clients) = (Authority::new(), Authority::new());
    let (ours, strange) = (clients.sign(), authority.sign());
    let files = |of: &Authority, signed: &Signed| {
        (of.write("client.pem", &signed.certificate), of.write("client.key", &signed.key))
    };
    let (certificate, key) = files(&clients, &ours);
    let (strange_certificate, strange_key) = files(&authority, &strange);
    let together = clients.write("together.pem", &format!("{}{}", ours.key, ours.certificate));
    for secured in secured(&authority, Some(&clients)) {
        let trusting = |otlp: Otlp| otlp.certificate(authority.file());
        assert!(!secured.reached(trusting), "it has shown nothing");
        assert!(
            !secured.reached(|otlp| trusting(otlp).client_certificate(&strange_certificate, &strange_key)),
            "the collector does not know whose that is"
        );
        assert_eq!(secured.terminator.shown(), []);
        assert!(secured.reached(|otlp| trusting(otlp).client_certificate(&certificate, &key)));
        let shown = secured.terminator.shown();
        assert!(!shown.is_empty() && shown.iter().all(|shown| *shown == der(&ours.certificate)));
    }
    for secured in secured(&authority, Some(&clients)) {
        let configure = |otlp: Otlp| otlp.certificate(authority.file());
        assert!(secured.reached(|otlp| configure(otlp).client_certificate(&together, &together)));
    }
    assert_nothing_installed();
}

#[test]
fn files_that_cannot_be_used_do_not_start() {
    let _alone = alone();
    let authority = Authority::new();
    let (one, two) = (authority.sign(), authority.sign());
    let good = authority.file();
    let certificate = authority.write("client.pem", &one.certificate);
    let (key, other_key) = (authority.write("one.key", &one.key), authority.write("two.key", &two.key));
    let damaged =
        authority.write("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let garbled =
        authority.write("garbled.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    let bad_key =
        authority.write("bad.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let encrypted = key.replace("one.key", "encrypted.key");
    std::fs::write(&encrypted, one.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")).unwrap();
    let folder = std::env::temp_dir().to_str().unwrap().to_owned();
    let expected = "expected a PEM file with";

    for configured in [Otlp::grpc, Otlp::http] {
        let said = |configure: &dyn Fn(Otlp) -> Otlp| {
            let otlp = configure(configured("https://127.0.0.1:1"));
            match program(otlp).init() {
                Err(error @ InitError::Configuration(_)) => error.to_string(),
                other => panic!("{other:?}"),
            }
        };
        for (path, why) in [
            ("/no/such/ca.pem", ", which cannot be read: No such file or directory (os error 2)"),
            (&folder, ", which cannot be read: Is a directory (os error 21)"),
            (&key, ", which holds no certificate"),
            (&damaged, ", whose certificates are damaged"),
            (&garbled, ", which is damaged"),
        ] {
            let authorities = "the certificates of the authorities to trust";
            assert_eq!(
                said(&|otlp| otlp.certificate(path)),
                format!("certificate: {expected} {authorities}; found {path:?}{why}")
            );
        }
        for (path, why) in [
            ("/no/such/client.pem", ", which cannot be read: No such file or directory (os error 2)"),
            (&key, ", which holds no certificate"),
            (&damaged, ", whose certificate is damaged"),
        ] {
            let shown = "the certificate to show to the collector";
            assert_eq!(
                said(&|otlp| otlp.client_certificate(path, &key)),
                format!("client_certificate: {expected} {shown}; found {path:?}{why}")
            );
        }
        let not_of = format!(", whose key is not that of the certificate in {certificate:?}");
        for (path, why) in [
            ("/no/such/client.key", ", which cannot be read: No such file or directory (os error 2)"),
            (&certificate, ", which holds no key"),
            (&encrypted, ", which holds no key"),
            (&other_key, &not_of),
        ] {
            let private = "the private key of the client's certificate, not encrypted";
            assert_eq!(
                said(&|otlp| otlp.client_certificate(&certificate, path)),
                format!("client_certificate: {expected} {private}; found {path:?}{why}")
            );
        }
        let text = said(&|otlp| otlp.client_certificate(&certificate, &bad_key));
        assert!(text.contains(&format!("found {bad_key:?}, whose key cannot be used: ")), "{text}");
        // The later of two is the one that is read.
        let text = said(&|otlp| otlp.certificate(&good).certificate(&key));
        assert!(text.contains(&key), "{text}");
    }
    // And nothing is left of it.
    drop(builder("shop").init().unwrap());
}
