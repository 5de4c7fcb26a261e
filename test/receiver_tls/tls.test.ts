import { afterAll, beforeAll, setDefaultTimeout } from "bun:test";
import { testTimeoutMs } from "../wire/bounded.ts";
import { clientAuthBlocks, registerClientAuthTests } from "./client_auth.ts";
import { protocolBlocks, registerProtocolTests } from "./protocols.ts";
import { TlsBed, withTls } from "./tls_bed.ts";
import { registerVersionTests, versionBlocks } from "./versions.ts";

setDefaultTimeout(testTimeoutMs);

let bed: TlsBed;

// To start a pyroduct takes as long as many of these tests, so they share one.
beforeAll(async () => {
  bed = await TlsBed.start((certificates) =>
    withTls({
      ...clientAuthBlocks(certificates),
      ...protocolBlocks(certificates),
      ...versionBlocks(certificates),
    }),
  );
}, testTimeoutMs);

afterAll(() => bed[Symbol.asyncDispose](), testTimeoutMs);

registerClientAuthTests(() => bed);
registerProtocolTests(() => bed);
registerVersionTests(() => bed);
