import { setDefaultTimeout } from "bun:test";
import { testTimeoutMs } from "./bounded.ts";
import { registerCaptureTests } from "./captures.ts";

setDefaultTimeout(testTimeoutMs);

registerCaptureTests();
