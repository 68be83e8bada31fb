// Ways to spoil a file of the stack: each has to be noticed.

const ways = {
  compose: [
    ["a service with a key that nobody knows", (d) => (d.services.grafana.healthchecks = {})],
    ["ports that are no list", (d) => (d.services.prometheus.ports = "127.0.0.1:9090:9090")],
    ["retries that are no number", (d) => (d.services.loki.healthcheck.retries = {})],
    ["an image that is no text", (d) => (d.services.loki.image = 3)],
    ["a name that compose refuses", (d) => (d.name = "Not This")],
    ["a volume that is no map", (d) => (d.volumes["loki-data"] = "here")],
  ],
  Deployment: [
    ["no selector", (d) => delete d.spec.selector],
    ["a port that is no number", (d) => (d.spec.template.spec.containers[0].ports[0].containerPort = "many")],
    ["a probe without a port", (d) => delete d.spec.template.spec.containers[0].livenessProbe.httpGet.port],
    ["another version", (d) => (d.apiVersion = "apps/v1beta1")],
  ],
  Service: [["ports that are no list", (d) => (d.spec.ports = 9464)]],
  ServiceMonitor: [
    ["no endpoints", (d) => delete d.spec.endpoints],
    ["no selector", (d) => delete d.spec.selector],
    ["an interval that is none", (d) => (d.spec.endpoints[0].interval = "often")],
  ],
  PrometheusRule: [
    ["a group without a name", (d) => delete d.spec.groups[0].name],
    ["a rule without an expression", (d) => delete d.spec.groups[0].rules[0].expr],
    ["a duration that is none", (d) => (d.spec.groups[0].rules[0].for = "long")],
    ["a kind that nobody knows", (d) => (d.kind = "Rules")],
  ],
};

/** Each way that a file of this kind can be spoilt, with the spoilt file. */
export function* spoilt(path, read) {
  const kind = path.endsWith("compose.yaml") ? "compose" : read().kind;
  for (const [what, spoil] of ways[kind] ?? []) {
    const data = read();
    spoil(data);
    yield [what, data];
  }
}
