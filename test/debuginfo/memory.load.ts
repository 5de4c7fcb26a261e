import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { testTimeoutMs } from "../wire/bounded.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { sendRaw } from "../wire/raw_request.ts";
import { framings, OutgoingUpload, uploadPath } from "./upload_client.ts";
import { UploadSink } from "./upload_sink.ts";

setDefaultTimeout(testTimeoutMs);

const mebibyte = 2 ** 20;

/** Many times the memory that is allowed; what a larger upload adds is no more. */
const pieces = 200;

/** The most memory that a process has used, in bytes. */
function peakBytes(pid: number): number {
  const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1]) * 1024;
}

const piece = new Uint8Array(mebibyte).fill(7);

// Linux alone tells what another process has used at most.
test.skipIf(process.platform !== "linux").each(framings)(
  "an upload of 200 MiB with %s adds less than 32 MiB to the process",
  async (framing) => {
    await using sink = await UploadSink.start();
    await using pyroduct = await PyroductProcess.start({
      "pyroscope.receive_http": {
        r: {
          http: { listen_address: "127.0.0.1", listen_port: 0 },
          forward_to: ["pyroscope.write.w.receiver"],
        },
      },
      "pyroscope.write": { w: { endpoint: { url: sink.url } } },
    });
    // What the first request of any kind loads is not the upload's.
    await sendRaw(pyroduct.receiver, { method: "GET", target: `${uploadPath}abc` });
    const before = peakBytes(pyroduct.pid);

    using upload = await OutgoingUpload.begin(pyroduct.receiver, pieces * mebibyte, framing);
    const incoming = await sink.upload();
    // While the endpoint takes nothing, nothing but what fits into the sockets may be taken from the sender.
    incoming.pause();
    const sending = sendAll(upload);
    await Bun.sleep(300);
    incoming.resume();
    await sending;
    await incoming.arrived(pieces * mebibyte);
    incoming.answer(200);
    expect((await upload.connection.response()).status).toBe(200);
    expect(peakBytes(pyroduct.pid) - before).toBeLessThan(32 * mebibyte);
  },
);

async function sendAll(upload: OutgoingUpload): Promise<void> {
  for (let sent = 0; sent < pieces; sent += 1) await upload.send(piece);
  await upload.end();
}
