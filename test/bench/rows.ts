import { idleRow, mostlyIdleRow } from "./connection_rows.ts";
import { type LoadGoal, loadRow } from "./load_row.ts";
import { memoryRow } from "./memory_row.ts";
import { mixedRow } from "./mixed_row.ts";
import { ingestPayload, pushPayload } from "./payload.ts";
import type { Row } from "./row.ts";
import { startRow } from "./start_row.ts";

const kilobyte = 1024;

/** Goals for pyroduct's CPU time per profile as a multiple of nginx's and of the bare relay's. */
function timesOthers(nginx: number, bare?: number): LoadGoal[] {
  return [
    { receiver: "pyroduct", against: "nginx", times: nginx },
    ...(bare === undefined ? [] : [{ receiver: "pyroduct", against: "bare", times: bare } as const]),
  ];
}

/** More than any cache of label sets holds. */
const manyLabelSets = 50_000;

const usual = ["nginx", "bare", "pyroduct"] as const;
const oneKilobyte = ingestPayload(kilobyte);
const tenKilobytes = ingestPayload(10 * kilobyte);
const oneMegabyte = ingestPayload(1024 * kilobyte);

/** All rows, in the order in which they run. */
export const rows: readonly Row[] = [
  loadRow({
    name: "/ingest 1 KB",
    payload: oneKilobyte,
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
    payload: oneMegabyte,
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
    receivers: ["pyroduct", "pyroduct, 2 endpoints"],
    fanOut: 2,
    goals: [{ receiver: "pyroduct, 2 endpoints", against: "pyroduct", times: 1.6 }],
  }),
  loadRow({
    name: "fan-out 2 by two writers, /ingest 10 KB",
    forms: ["full"],
    payload: tenKilobytes,
    receivers: ["pyroduct", "pyroduct, 2 writers"],
    fanOut: 2,
    goals: [{ receiver: "pyroduct, 2 writers", against: "pyroduct", times: 1.6 }],
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
    name: "TLS downstream, 200 senders, /ingest 10 KB",
    forms: ["full"],
    payload: tenKilobytes,
    receivers: ["nginx, TLS", "pyroduct, TLS"],
    connections: 200,
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
  loadRow({
    name: "disk queue, /ingest 10 KB",
    payload: tenKilobytes,
    receivers: ["pyroduct", "pyroduct, disk queue"],
    goals: [{ receiver: "pyroduct, disk queue", against: "pyroduct", more: 30 }],
  }),
  loadRow({
    name: "disk queue, destination away, /ingest 10 KB",
    forms: ["full"],
    payload: tenKilobytes,
    receivers: ["pyroduct, disk queue, away"],
  }),
  memoryRow({
    name: "memory, /ingest 10 KB",
    receiver: "pyroduct",
    payload: tenKilobytes,
    connections: 64,
    seconds: 60,
    quickSeconds: 2,
    atMostMb: 90,
  }),
  memoryRow({
    name: "memory, /ingest 1 MB on 64 connections",
    receiver: "pyroduct",
    payload: oneMegabyte,
    connections: 64,
    seconds: 20,
    quickSeconds: 2,
    peakAtMostMb: 160,
    afterwards: { seconds: 60, timesStart: 1.2 },
  }),
  idleRow({
    name: "10,000 idle connections",
    receiver: "pyroduct",
    payload: oneKilobyte,
    connections: 10_000,
    atMostKb: 5,
  }),
  mostlyIdleRow({
    name: "2,000 connections, 800 profiles/s of 10 KB",
    receiver: "pyroduct",
    payload: tenKilobytes,
    connections: 2000,
    perSecond: 800,
    seconds: 20,
    quickSeconds: 2,
    atMostPercent: 6,
    comparedWith: ["nginx", "bare"],
  }),
  mixedRow({
    name: "mixed load",
    receiver: "pyroduct",
    payloads: [
      ...[1, 10, 100, 1024].map((count) => ingestPayload(count * kilobyte, manyLabelSets)),
      ...[1, 10].map((count) => pushPayload(count, 10 * kilobyte)),
    ],
    atMostGrowth: 1.05,
  }),
  startRow({ name: "start", payload: oneKilobyte, starts: 21, quickStarts: 5, atMostMs: 60 }),
];
