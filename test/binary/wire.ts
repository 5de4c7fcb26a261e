import { setDefaultTimeout } from "bun:test";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { registerAdminApiTests } from "../wire/admin_api.ts";
import { registerBadArgumentTests } from "../wire/bad_arguments.ts";
import { registerBadBodyTests } from "../wire/bad_bodies.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { registerCaptureTests } from "../wire/captures.ts";
import { registerDeadlineTests, registerRetryTests } from "../wire/deadlines.ts";
import { registerFloodTest } from "../wire/flood.ts";
import { registerGrpcWebTests } from "../wire/grpc_web.ts";
import { registerOddRequestTests } from "../wire/odd_requests.ts";
import { registerParityTests } from "../wire/parity.ts";
import { registerWorkerTests } from "../wire/workers.ts";

// Everything that is said about the wire, of the executable that was built. Not a .test.ts: `bun test` says it of an
// executable of its own.
const executable = resolve(
  process.env["PYRODUCT_EXECUTABLE"] ?? join(import.meta.dir, "..", "..", "dist", "pyroduct"),
);
if (!existsSync(executable)) throw new Error(`there is no ${executable}: run \`bun run build\` first`);
process.env["PYRODUCT_EXECUTABLE"] = executable;

setDefaultTimeout(testTimeoutMs);

registerParityTests();
registerCaptureTests();
// The durations that pyroduct and the SDKs have by default.
registerDeadlineTests({ remoteTimeout: "10s", senderMs: 10_000, backendSeconds: 6 });
registerRetryTests();
registerBadBodyTests();
registerOddRequestTests();
registerGrpcWebTests();
registerBadArgumentTests();
registerFloodTest();
registerAdminApiTests();
registerWorkerTests();
