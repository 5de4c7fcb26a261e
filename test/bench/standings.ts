/**
 * Goals that have not been reached, by row and text, and how far they were when last measured at rest. The README
 * says where the time goes. A figure goes down with what it measures, and away when its goal is met.
 */
export const standings: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "/ingest 1 KB": {
    "CPU ≤ 2.5 × nginx": 3.22,
    "CPU ≤ 1.25 × bare": 1.38,
  },
  "/ingest 10 KB": {
    "CPU ≤ 2.5 × nginx": 3.08,
    "CPU ≤ 1.25 × bare": 1.3,
  },
  "Push, 1 series of 10 KB": {
    "CPU ≤ 3.5 × nginx": 3.65,
  },
  "fan-out 2, /ingest 10 KB": {
    "CPU ≤ 1.6 × pyroduct": 1.79,
  },
  "fan-out 2 by two writers, /ingest 10 KB": {
    "CPU ≤ 1.6 × pyroduct": 1.84,
  },
  "2 workers, /ingest 10 KB": {
    "CPU ≤ 1.1 × pyroduct": 1.28,
  },
  "memory, /ingest 10 KB": {
    "MB ≤ 90": 98,
  },
  "memory, /ingest 1 MB on 64 connections": {
    "peak MB ≤ 160": 181,
    "times its start 60 s later ≤ 1.2": 1.28,
  },
  "2,000 connections, 800 profiles/s of 10 KB": {
    "% of a core ≤ 6": 19.75,
  },
};
