import type { Span } from "./syntax_tree.ts";
import { Untranslatable } from "./value.ts";

const targets =
  "let something write the targets to a file in the format of Prometheus' file_sd, and name it in targets_files: pyroduct discovers nothing";

const targetsFiles = "name its files in targets_files of pyroscope.enrich, which reads the same format";

/** What to do about names that begin like this, the longer beginnings first. */
const references: readonly (readonly [beginning: string, fix: string])[] = [
  ["local.file.", "define the local.file, or name the file in the argument made for it, which ends in _file"],
  ["discovery.file.", targetsFiles],
  ["discovery.", targets],
  ["prometheus.exporter.", targets],
  [
    "remote.",
    "put it into an environment variable, or mount it as a file for the argument that ends in _file",
  ],
  ["argument.", "write out what the module is given"],
  ["module.", "write out what the module exports"],
  ["constants.", "write the value out, or put it into an environment variable"],
];

const receivers =
  "name a pyroscope.write, pyroscope.relabel or pyroscope.enrich: nothing else takes profiles";

/** For a name that refers to nothing pyroduct has. */
export function unknownReference(path: string, span: Span): Untranslatable {
  const known = references.find(([beginning]) => `${path}.`.startsWith(beginning))?.[1];
  const fix = known ?? (path.endsWith(".receiver") ? receivers : undefined);
  return new Untranslatable(span, `${path} can't be turned`, fix);
}

const modules = "write out what the module stands for: pyroduct has none";

/** Of components and blocks that have no counterpart, what to do instead; the longer beginnings first. */
const components: readonly (readonly [beginning: string, fix: string])[] = [
  [
    "pyroscope.",
    "leave it to Alloy, which collects profiles, and let its pyroscope.write send them to pyroduct",
  ],
  ["discovery.file.", targetsFiles],
  [
    "discovery.",
    "let pyroscope.enrich read targets from files, by targets_files: pyroduct discovers nothing",
  ],
  ["remote.", "put the values into environment variables, or mount secrets as files: pyroduct fetches none"],
  ["local.file.", "give it a label and a filename"],
  ["import.", modules],
  ["declare.", modules],
  ["argument.", modules],
  ["export.", modules],
  ["foreach.", "write out each of them"],
  ["tracing.", "set the OTEL_EXPORTER_OTLP_… variables, which say where pyroduct's own spans go"],
  ["http.", "use --server.http.listen-addr, which says where the admin server listens"],
  ["remotecfg.", "have the file replaced, and reload by SIGHUP or with --config.watch"],
];

/** What to do about a component or block of this name; `declared` are the names that the source itself declares. */
export function unknownComponentFix(name: string, declared: ReadonlySet<string>): string {
  if (declared.has(name)) return modules;
  const fix = components.find(([beginning]) => `${name}.`.startsWith(beginning))?.[1];
  return fix ?? "leave it to Alloy: pyroduct takes profiles and nothing else";
}
