import { setDefaultTimeout } from "bun:test";
import { testTimeoutMs } from "./bounded.ts";
import { registerDeadlineTests, registerRetryTests } from "./deadlines.ts";

setDefaultTimeout(testTimeoutMs);

// A tenth of the default durations, so that a run stays short.
registerDeadlineTests({ remoteTimeout: "1s", senderMs: 1_000, backendSeconds: 0.6 });
registerRetryTests();
