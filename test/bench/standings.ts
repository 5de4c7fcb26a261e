/**
 * Goals that have not been reached, by row and text, and how far they were when last measured at rest. The README
 * says where the time goes. A figure goes down with what it measures, and away when its goal is met.
 */
export const standings: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "/ingest 1 KB": {
    "CPU ≤ 2.5 × nginx": 3.86,
    "CPU ≤ 1.25 × bare": 1.62,
  },
  "/ingest 10 KB": {
    "CPU ≤ 2.5 × nginx": 3.66,
    "CPU ≤ 1.25 × bare": 1.67,
  },
  "/ingest 100 KB": {
    "CPU ≤ 2 × nginx": 2.17,
  },
  "/ingest 1 MB": {
    "CPU ≤ 1.4 × nginx": 1.95,
  },
  "Push, 1 series of 10 KB": {
    "CPU ≤ 3.5 × nginx": 4.49,
  },
  "Push, 10 series of 10 KB": {
    "CPU ≤ 2.5 × nginx": 2.93,
  },
  "fan-out 2 by two writers, /ingest 10 KB": {
    "CPU ≤ 1.6 × pyroduct": 1.63,
  },
  "2 workers, /ingest 10 KB": {
    "CPU ≤ 1.1 × pyroduct": 1.14,
  },
  "memory, /ingest 10 KB": {
    "MB ≤ 90": 124,
  },
  "memory, /ingest 1 MB on 64 connections": {
    "peak MB ≤ 160": 269,
  },
  "2,000 connections, 800 profiles/s of 10 KB": {
    "% of a core ≤ 6": 19.36,
  },
};
