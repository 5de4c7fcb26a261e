import { afterAll, beforeAll, setDefaultTimeout } from "bun:test";
import { ReceiverCertificates } from "../receiver_tls/receiver_certificates.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { ConnectionBed } from "./connection_bed.ts";
import { lastingBlocks, registerLastingTests, waitSeconds } from "./lasting.ts";
import { hangingBlocks, limitBlocks, registerLimitTests } from "./limits.ts";
import { registerSlowSenderTests, slowSenderBlocks } from "./slow_senders.ts";

setDefaultTimeout(testTimeoutMs);

const certificates = new ReceiverCertificates();
let bed: ConnectionBed;

// These tests do little but wait, so they share a pyroduct and run together.
beforeAll(async () => {
  bed = await ConnectionBed.start({
    quick: { blocks: { ...slowSenderBlocks, ...limitBlocks, ...lastingBlocks(certificates, "quick") } },
    slow: {
      blocks: lastingBlocks(certificates, "slow"),
      script: { otherwise: { delay_seconds: waitSeconds } },
    },
    hanging: { blocks: hangingBlocks, script: { otherwise: { instead: "hang" } } },
  });
}, testTimeoutMs);

afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  certificates[Symbol.dispose]();
}, testTimeoutMs);

registerSlowSenderTests(() => bed);
registerLastingTests(
  () => bed,
  () => certificates,
);
registerLimitTests(() => bed);
