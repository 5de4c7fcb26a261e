import { setDefaultTimeout } from "bun:test";
import { testTimeoutMs } from "../wire/bounded.ts";
import { registerWorkerTests } from "../wire/workers.ts";

setDefaultTimeout(testTimeoutMs);

registerWorkerTests();
