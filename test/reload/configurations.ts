import type { PyroductConfig } from "../wire/pyroduct_process.ts";

/** The destinations; what is not common comes and goes. */
export interface Destinations {
  readonly common: string;
  readonly extra: string;
}

const receiver = { listen_address: "127.0.0.1", listen_port: 0 };

function label(version: number) {
  return { replacement: `v${version}`, target_label: "relabelled" };
}

function write(url: string, version: number) {
  return { endpoint: { url }, external_labels: { external: `v${version}` } };
}

/**
 * A configuration whose version shows twice in what arrives at the common destination: as the label `relabelled`
 * and as `external`. Every other one has one more way to it, and every third one a destination more.
 */
export function goodConfiguration(version: number, { common, extra }: Destinations): PyroductConfig {
  const hasExtra = version % 3 === 0;
  const forward_to = [
    "pyroscope.relabel.x.receiver",
    ...(hasExtra ? ["pyroscope.write.extra.receiver"] : []),
  ];
  const direct = ["pyroscope.write.common.receiver"];
  const isLonger = version % 2 === 0;
  return {
    "pyroscope.receive_http": { r: { http: receiver, forward_to } },
    "pyroscope.relabel": {
      x: { rule: [label(version)], forward_to: isLonger ? ["pyroscope.enrich.e.receiver"] : direct },
    },
    ...(isLonger
      ? {
          "pyroscope.enrich": {
            e: { targets: [{ job: "app" }], target_match_label: "job", forward_to: direct },
          },
        }
      : {}),
    "pyroscope.write": {
      common: write(common, version),
      ...(hasExtra ? { extra: write(extra, version) } : {}),
    },
  };
}

/** Files that must change nothing: one that can't be read, one that is wrong, and one that can't start. */
export function brokenConfigurations(
  destinations: Destinations,
  takenPort: number,
): readonly (PyroductConfig | string)[] {
  const good = goodConfiguration(0, destinations);
  const wrong = { ...good, "pyroscope.write": { common: { endpoint: { url: "no url" } } } };
  const taken = { ...receiver, listen_port: takenPort };
  const receivers = {
    r: { http: receiver, forward_to: ["pyroscope.write.extra.receiver"] },
    late: { http: taken, forward_to: ["pyroscope.write.extra.receiver"] },
  };
  return ["{ not JSON", wrong, { ...good, "pyroscope.receive_http": receivers }];
}
