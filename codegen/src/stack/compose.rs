//! The stack on one's own machine: `docker compose up`.

use super::grafana::DASHBOARDS;
use super::{
    ALERTMANAGER, ALLOY, CADVISOR, GRAFANA, JAEGER, LOKI, NODE, PROMETHEUS, Peer, alloy, dns, document,
};
use crate::plan::Plan;
use crate::yaml::{Yaml, list, map};

/// Where the directory of the artefacts is in Prometheus' container, laid out as it is here.
const ARTEFACTS: &str = "/etc/obs";

/// The name by which a container reaches the machine it is on.
const HOST: &str = "host.docker.internal:host-gateway";

pub(super) fn file(plan: &Plan) -> String {
    let services = [prometheus(), alertmanager(), grafana(), jaeger(), loki(), alloy_(), node(), cadvisor()];
    let volumes = ["prometheus", "alertmanager", "grafana", "loki", "alloy"];
    let volumes = volumes.map(|name| (data(name), map([])));
    let yaml = map([
        ("name", format!("{}-observability", dns(&plan.subject.service)).into()),
        ("services", Yaml::Map(services.map(|(peer, yaml)| (peer.name.to_owned(), yaml)).into())),
        ("volumes", Yaml::Map(volumes.into())),
    ]);
    document(
        &format!(
            "The stack of {}: docker compose up --detach\n\
             What should differ on your machine goes into compose.override.yaml, which compose reads as well.",
            plan.subject.title()
        ),
        yaml,
    )
}

/// A service, in the order in which its keys are written.
struct Service(Vec<(String, Yaml)>);

impl Service {
    fn of(peer: Peer) -> Service {
        Service(Vec::new()).set("image", peer.image.into()).set("restart", "unless-stopped".into())
    }

    fn set(mut self, key: &str, value: Yaml) -> Service {
        self.0.push((key.to_owned(), value));
        self
    }

    fn lines<const N: usize>(self, key: &str, lines: [&str; N]) -> Service {
        self.set(key, list(lines))
    }

    /// Ports of the container as the same ports of this machine, for this machine only.
    fn ports<const N: usize>(self, ports: [u64; N]) -> Service {
        self.set("ports", list(ports.map(|port| format!("127.0.0.1:{port}:{port}"))))
    }

    /// How it is, asked inside of the container.
    fn healthy(self, test: Yaml) -> Service {
        let check = map([
            ("test", test),
            ("interval", "10s".into()),
            ("timeout", "5s".into()),
            ("retries", Yaml::Number(6)),
            ("start_period", "20s".into()),
        ]);
        self.set("healthcheck", check)
    }

    /// The same, where a page says so.
    fn healthy_at(self, port: u64, path: &str) -> Service {
        let url = format!("http://127.0.0.1:{port}{path}");
        self.healthy(list(["CMD".to_owned(), "wget".into(), "-q".into(), "--spider".into(), url]))
    }

    /// Starts after these.
    fn after<const N: usize>(self, peers: [Peer; N]) -> Service {
        self.set("depends_on", list(peers.map(|peer| peer.name)))
    }

    fn done(self, peer: Peer) -> (Peer, Yaml) {
        (peer, Yaml::Map(self.0))
    }
}

fn data(name: &str) -> String {
    format!("{name}-data")
}

fn prometheus() -> (Peer, Yaml) {
    Service::of(PROMETHEUS)
        .set(
            "command",
            list([
                format!("--config.file={ARTEFACTS}/stack/prometheus/prometheus.yml"),
                "--storage.tsdb.path=/prometheus".into(),
                "--storage.tsdb.retention.time=35d".into(),
                "--enable-feature=exemplar-storage".into(),
                "--web.enable-lifecycle".into(),
            ])
            .noted("Objectives look back over thirty days and more."),
        )
        .set(
            "volumes",
            list([
                format!("./prometheus:{ARTEFACTS}/stack/prometheus:ro"),
                format!("../rules:{ARTEFACTS}/rules:ro"),
                format!("{}:/prometheus", data("prometheus")),
            ]),
        )
        .lines("extra_hosts", [HOST])
        .ports([PROMETHEUS.port])
        .after([ALERTMANAGER])
        .healthy_at(PROMETHEUS.port, "/-/ready")
        .done(PROMETHEUS)
}

fn alertmanager() -> (Peer, Yaml) {
    Service::of(ALERTMANAGER)
        .lines(
            "command",
            ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"],
        )
        .set(
            "volumes",
            list([
                "./alertmanager:/etc/alertmanager:ro".to_owned(),
                format!("{}:/alertmanager", data("alertmanager")),
            ]),
        )
        .ports([ALERTMANAGER.port])
        .healthy_at(ALERTMANAGER.port, "/-/ready")
        .done(ALERTMANAGER)
}

fn grafana() -> (Peer, Yaml) {
    Service::of(GRAFANA)
        .set(
            "environment",
            map([
                ("GF_SECURITY_ADMIN_PASSWORD", "${GRAFANA_ADMIN_PASSWORD:-admin}".into()),
                ("GF_AUTH_ANONYMOUS_ENABLED", "true".into()),
                ("GF_AUTH_ANONYMOUS_ORG_ROLE", "Viewer".into()),
                ("GF_ANALYTICS_REPORTING_ENABLED", "false".into()),
                ("GF_ANALYTICS_CHECK_FOR_UPDATES", "false".into()),
            ])
            .noted("It listens for this machine only. Set a password before you change that."),
        )
        .set(
            "volumes",
            list([
                "./grafana/provisioning:/etc/grafana/provisioning:ro".to_owned(),
                format!("../dashboards:{DASHBOARDS}:ro"),
                format!("{}:/var/lib/grafana", data("grafana")),
            ]),
        )
        .ports([GRAFANA.port])
        .after([PROMETHEUS, ALERTMANAGER, JAEGER, LOKI])
        .healthy_at(GRAFANA.port, "/api/health")
        .done(GRAFANA)
}

fn jaeger() -> (Peer, Yaml) {
    Service::of(JAEGER)
        .set(
            "environment",
            map([("JAEGER_LISTEN_HOST", "0.0.0.0".into())])
                .noted("Traces are kept in memory, and gone with the container."),
        )
        .set(
            "ports",
            list([JAEGER.port, 4317, 4318].map(|port| format!("127.0.0.1:{port}:{port}")))
                .noted("Its pages; OTLP by gRPC and by HTTP, for the service to send spans to."),
        )
        .healthy_at(13133, "/status")
        .done(JAEGER)
}

fn loki() -> (Peer, Yaml) {
    Service::of(LOKI)
        .lines("command", ["-config.file=/etc/loki/loki.yaml"])
        .set("volumes", list(["./loki:/etc/loki:ro".to_owned(), format!("{}:/loki", data("loki"))]))
        .ports([LOKI.port])
        .healthy_at(LOKI.port, "/ready")
        .done(LOKI)
}

fn alloy_() -> (Peer, Yaml) {
    let listen = format!("--server.http.listen-addr=0.0.0.0:{}", ALLOY.port);
    Service::of(ALLOY)
        .lines(
            "command",
            [
                "run",
                &listen,
                "--storage.path=/var/lib/alloy/data",
                "--disable-reporting",
                "/etc/alloy/config.alloy",
            ],
        )
        .set(
            "volumes",
            list([
                "./alloy:/etc/alloy:ro".to_owned(),
                format!("./logs:{}:ro", alloy::LOGS),
                "/var/run/docker.sock:/var/run/docker.sock:ro".into(),
                format!("{}:/var/lib/alloy/data", data("alloy")),
            ]),
        )
        .ports([ALLOY.port])
        .after([LOKI])
        // There is no program in it that asks for pages.
        .healthy(list([
            "CMD".to_owned(),
            "bash".into(),
            "-c".into(),
            format!("</dev/tcp/127.0.0.1/{}", ALLOY.port),
        ]))
        .done(ALLOY)
}

fn node() -> (Peer, Yaml) {
    Service::of(NODE)
        .lines("command", ["--path.rootfs=/host"])
        .set("pid", "host".into())
        .lines("volumes", ["/:/host:ro"])
        .healthy_at(NODE.port, "/metrics")
        .done(NODE)
}

fn cadvisor() -> (Peer, Yaml) {
    Service::of(CADVISOR)
        .lines("command", ["--docker_only=true", "--housekeeping_interval=15s"])
        .set("privileged", Yaml::Flag(true).noted("It reads the control groups of all containers."))
        .lines(
            "volumes",
            [
                "/:/rootfs:ro",
                "/var/run:/var/run:ro",
                "/sys:/sys:ro",
                "/var/lib/docker:/var/lib/docker:ro",
                "/dev/disk:/dev/disk:ro",
            ],
        )
        .lines("devices", ["/dev/kmsg"])
        .healthy_at(CADVISOR.port, "/healthz")
        .done(CADVISOR)
}
