import { afterAll, setDefaultTimeout } from "bun:test";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { registerAccessibilityTests } from "./accessibility.ts";
import { closeBrowser } from "./browser.ts";
import { registerConfigTests } from "./config.ts";
import { registerCredentialsTests } from "./credentials.ts";
import { registerFirstRunTests } from "./first_run.ts";
import { registerFlameTests } from "./flame.ts";
import { registerFlowTests } from "./flow.ts";
import { registerLiveTests } from "./live.ts";
import { registerManyTests } from "./many.ts";
import { registerQueueTests } from "./queues.ts";
import { registerSpeedscopeTests } from "./speedscope.ts";

// The page of the executable, worked as a person would. Not a .test.ts, so that `bun test` needs no browser.
const executable = resolve(
  process.env["PYRODUCT_EXECUTABLE"] ?? join(import.meta.dir, "..", "..", "dist", "pyroduct"),
);
if (!existsSync(executable)) throw new Error(`there is no ${executable}: run \`bun run build\` first`);
process.env["PYRODUCT_EXECUTABLE"] = executable;

setDefaultTimeout(60_000);
afterAll(closeBrowser);

registerFirstRunTests();
registerFlowTests();
registerLiveTests();
registerFlameTests();
await registerSpeedscopeTests();
registerQueueTests();
registerConfigTests();
registerCredentialsTests();
registerAccessibilityTests();
registerManyTests();
