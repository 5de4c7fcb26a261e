import { setDefaultTimeout } from "bun:test";
import { registerAdminApiTests } from "./admin_api.ts";
import { testTimeoutMs } from "./bounded.ts";

setDefaultTimeout(testTimeoutMs);

registerAdminApiTests();
