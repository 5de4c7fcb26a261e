import type { Span } from "./syntax_tree.ts";
import { Untranslatable } from "./value.ts";

/** What to do about names that begin like this, the longer beginnings first. */
const references: readonly (readonly [beginning: string, hint: string])[] = [
  [
    "local.file.",
    "name the file in the argument itself; pyroduct reads secrets, certificates and targets from files",
  ],
  [
    "discovery.",
    "pyroduct discovers nothing: let something write the targets to a file in the format of Prometheus' file_sd, and name it in targets_files",
  ],
  [
    "prometheus.exporter.",
    "pyroduct discovers nothing: let something write the targets to a file in the format of Prometheus' file_sd, and name it in targets_files",
  ],
  ["remote.", "mount it as a file, and use the argument that ends in _file"],
  ["argument.", "write out what the module is given"],
  ["constants.", "write the value out, or put it into an environment variable"],
  ["module.", "write out what the module exports"],
];

/** For a name that refers to nothing pyroduct has. */
export function unknownReference(path: string, span: Span): Untranslatable {
  const hint = references.find(([beginning]) => `${path}.`.startsWith(beginning))?.[1];
  return new Untranslatable(span, `${path} can't be turned`, hint);
}

/** Of components and blocks that pyroduct has no counterpart for, what to do instead; the longer beginnings first. */
const components: readonly (readonly [beginning: string, hint: string])[] = [
  [
    "pyroscope.",
    "pyroduct takes profiles and collects none: leave this to Alloy, and let its pyroscope.write send to pyroduct",
  ],
  [
    "discovery.",
    "pyroduct discovers nothing: pyroscope.enrich can read targets from files, by targets_files",
  ],
  ["remote.", "pyroduct fetches no values: mount secrets as files, or put them into the environment"],
  ["local.", "pyroduct watches the files that its own arguments name, and no others"],
  ["import.", "pyroduct has no modules: write out what this one holds"],
  ["declare.", "pyroduct has no modules: write out what this one stands for"],
  ["argument.", "pyroduct has no modules: write out what this one stands for"],
  ["export.", "pyroduct has no modules: write out what this one stands for"],
  ["foreach.", "write out each of them"],
  ["tracing.", "pyroduct's spans leave by OTLP where the OTEL_EXPORTER_OTLP_… variables say so"],
  ["http.", "the admin server is plain HTTP on a loopback address: see --server.http.listen-addr"],
  ["remotecfg.", "pyroduct reads a file: have it replaced, and reload by SIGHUP or --config.watch"],
];

/** What to do about a component or block of this name. */
export function unknownComponentHint(name: string): string {
  const hint = components.find(([beginning]) => `${name}.`.startsWith(beginning))?.[1];
  return hint ?? "pyroduct takes profiles and nothing else: leave this to Alloy";
}
