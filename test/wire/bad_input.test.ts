import { setDefaultTimeout } from "bun:test";
import { registerBadArgumentTests } from "./bad_arguments.ts";
import { registerBadBodyTests } from "./bad_bodies.ts";
import { testTimeoutMs } from "./bounded.ts";
import { registerFloodTest } from "./flood.ts";
import { registerGrpcWebTests } from "./grpc_web.ts";
import { registerOddRequestTests } from "./odd_requests.ts";

setDefaultTimeout(testTimeoutMs);

registerBadBodyTests();
registerOddRequestTests();
registerGrpcWebTests();
registerBadArgumentTests();
registerFloodTest();
