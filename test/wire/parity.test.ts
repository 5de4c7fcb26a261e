import { setDefaultTimeout } from "bun:test";
import { testTimeoutMs } from "./bounded.ts";
import { registerParityTests } from "./parity.ts";

setDefaultTimeout(testTimeoutMs);

registerParityTests();
