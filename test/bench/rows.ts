import { type LoadGoal, loadRow } from "./load_row.ts";
import { ingestPayload, pushPayload } from "./payload.ts";
import type { Row } from "./row.ts";

const kilobyte = 1024;

/** Goals for pyroduct's CPU time per profile as a multiple of nginx's and of the bare relay's. */
function timesOthers(nginx: number, bare?: number): LoadGoal[] {
  return [
    { receiver: "pyroduct", against: "nginx", times: nginx },
    ...(bare === undefined ? [] : [{ receiver: "pyroduct", against: "bare", times: bare } as const]),
  ];
}

const usual = ["nginx", "bare", "pyroduct"] as const;
const tenKilobytes = ingestPayload(10 * kilobyte);

/** All rows, in the order in which they run. */
export const rows: readonly Row[] = [
  loadRow({
    name: "/ingest 1 KB",
    payload: ingestPayload(kilobyte),
    receivers: usual,
    goals: timesOthers(2.5, 1.25),
  }),
  loadRow({ name: "/ingest 10 KB", payload: tenKilobytes, receivers: usual, goals: timesOthers(2.5, 1.25) }),
  loadRow({
    name: "/ingest 100 KB",
    payload: ingestPayload(100 * kilobyte),
    receivers: usual,
    goals: timesOthers(2, 1.25),
  }),
  loadRow({
    name: "/ingest 1 MB",
    payload: ingestPayload(1024 * kilobyte),
    receivers: usual,
    goals: timesOthers(1.4, 1.25),
  }),
  loadRow({
    name: "Push, 1 series of 10 KB",
    payload: pushPayload(1, 10 * kilobyte),
    receivers: usual,
    goals: timesOthers(3.5),
  }),
  loadRow({
    name: "Push, 10 series of 10 KB",
    payload: pushPayload(10, 10 * kilobyte),
    receivers: usual,
    goals: timesOthers(2.5),
  }),
  loadRow({
    name: "fan-out 2, /ingest 10 KB",
    payload: tenKilobytes,
    receivers: ["pyroduct", "pyroduct, 2 endpoints", "pyroduct, 2 writers"],
    goals: [
      { receiver: "pyroduct, 2 endpoints", against: "pyroduct", times: 1.6 },
      { receiver: "pyroduct, 2 writers", against: "pyroduct", times: 1.6 },
    ],
  }),
  loadRow({
    name: "relabel with 10 rules, /ingest 10 KB",
    payload: tenKilobytes,
    receivers: ["pyroduct", "pyroduct, 10 rules"],
    goals: [{ receiver: "pyroduct, 10 rules", against: "pyroduct", more: 3 }],
  }),
  loadRow({
    name: "TLS downstream, /ingest 10 KB",
    payload: tenKilobytes,
    receivers: ["nginx, TLS", "pyroduct, TLS"],
    countsConnections: true,
  }),
  loadRow({
    name: "half of the highest rate, /ingest 10 KB",
    payload: tenKilobytes,
    receivers: ["nginx", "pyroduct"],
    share: 0.5,
    goals: [{ receiver: "pyroduct", quantity: "p99Ms", against: "nginx", times: 3 }],
  }),
  loadRow({
    name: "2 workers, /ingest 10 KB",
    payload: tenKilobytes,
    receivers: ["pyroduct", "pyroduct, 2 workers"],
    goals: [{ receiver: "pyroduct, 2 workers", against: "pyroduct", times: 1.1 }],
  }),
];
