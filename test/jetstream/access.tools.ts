import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { renameSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { Certificates } from "../transport/certificates.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { QueuedGraph, queuedConfig } from "../write/queue/queued_graph.ts";
import { NatsCredentials } from "./nats_credentials.ts";
import { NatsServer } from "./nats_server.ts";

setDefaultTimeout(30_000);

/** How long a connection may take, in milliseconds. */
const patienceMs = 10_000;

/** Sends a profile through a queue with these arguments. */
async function delivers(server: NatsServer, args: object, host = "127.0.0.1"): Promise<void> {
  await using sink = await RecordingSink.start();
  await using bed = await start(server, args, sink.url, host);
  await eventually("a healthy queue", () => bed.health().startsWith("healthy"), patienceMs);
  expect(await bed.ingest()).toEqual([200]);
  await sink.recording.request(1);
}

/** The health of a queue with these arguments, once it says why the server can't be used. */
async function refusal(server: NatsServer, args: object, host = "127.0.0.1"): Promise<string> {
  await using bed = await start(server, args, "http://127.0.0.1:1", host);
  await eventually("a refusal", () => bed.health().includes("can be used"), patienceMs);
  return bed.health();
}

function start(server: NatsServer, args: object, url: string, host: string): Promise<QueuedGraph> {
  const queue = { type: "jetstream", servers: [`${host}:${server.port}`], ...args };
  return QueuedGraph.start(queuedConfig([{ name: "e", url, queue }]));
}

test("a client's certificate that changes is used at once", async () => {
  using certificates = new Certificates();
  const [authority, foreign] = [certificates.authority(), certificates.authority()];
  const own = certificates.signed(authority, { names: "DNS:localhost", usage: "serverAuth", days: 1 });
  const request = { names: "DNS:client", usage: "clientAuth", days: 1 } as const;
  const refused = certificates.signed(foreign, request);
  const client = certificates.signed(authority, request);
  await using server = await NatsServer.start(
    `tls { cert_file: "${own.certFile}", key_file: "${own.keyFile}", ca_file: "${authority.certFile}", verify: true }`,
  );
  await using sink = await RecordingSink.start();
  const tls = { ca_file: authority.certFile, cert_file: refused.certFile, key_file: refused.keyFile };
  await using bed = await start(server, { tls_config: tls }, sink.url, "localhost");
  await eventually("a refusal", () => bed.health().includes("can be used"), patienceMs);
  renameSync(client.keyFile, refused.keyFile);
  renameSync(client.certFile, refused.certFile);
  await eventually("a healthy queue", () => bed.health().startsWith("healthy"), patienceMs);
  expect(await bed.ingest()).toEqual([200]);
});

describe("a server that asks for", () => {
  test("a token gets it", async () => {
    await using server = await NatsServer.start("authorization { token: hush }");
    await delivers(server, { token: "hush" });
    const health = await refusal(server, { token: "wrong-one" });
    expect(health.toLowerCase()).toContain("authorization violation");
    expect(health).not.toContain("wrong-one");
  });

  test("a user and a password gets them", async () => {
    await using server = await NatsServer.start("authorization { user: ann, password: hush }");
    await delivers(server, { username: "ann", password: "hush" });
    expect((await refusal(server, {})).toLowerCase()).toContain("authorization violation");
  });

  test("rights gets by with those that the README names", async () => {
    const publish = '["pyroduct.>", "$JS.API.>", "$JS.ACK.>", "$JS.FC.>", "$O.>"]';
    await using server = await NatsServer.start(
      `authorization { users: [{ user: ann, password: hush, permissions: { publish: ${publish}, subscribe: "_INBOX.>" } }] }`,
    );
    await using sink = await RecordingSink.start({ answers: [{ status: 503 }, { status: 503 }] });
    await using bed = await start(server, { username: "ann", password: "hush" }, sink.url, "127.0.0.1");
    await eventually("a healthy queue", () => bed.health().startsWith("healthy"), patienceMs);
    const body = new Uint8Array(2 * 2 ** 20);
    const url = `http://${bed.graph.receiver()}/ingest?name=app`;
    expect((await fetch(url, { method: "POST", body })).status).toBe(200);
    expect(await bed.ingest()).toEqual([200]);
    await eventually("an empty queue", () => bed.queue()?.profiles === 0, patienceMs);
    expect(sink.recording.requests.some((request) => request.body.byteLength === body.byteLength)).toBe(true);
  });

  test("credentials gets those of the file, new ones too", async () => {
    const credentials = new NatsCredentials();
    await using server = await NatsServer.start(credentials.config);
    await using sink = await RecordingSink.start();
    const path = server.folder.file("user.creds");
    credentials.writeForeign(path);
    await using bed = await start(server, { credentials_file: path }, sink.url, "127.0.0.1");
    await eventually("a refusal", () => bed.health().toLowerCase().includes("authorization"), patienceMs);
    credentials.write(path);
    await eventually("a healthy queue", () => bed.health().startsWith("healthy"), patienceMs);
    expect(await bed.ingest()).toEqual([200]);
    await sink.recording.request(1);
  });

  test("TLS and a client's certificate gets both", async () => {
    using certificates = new Certificates();
    const authority = certificates.authority();
    const own = certificates.signed(authority, {
      names: "DNS:localhost,IP:127.0.0.1",
      usage: "serverAuth",
      days: 1,
    });
    const client = certificates.signed(authority, { names: "DNS:client", usage: "clientAuth", days: 1 });
    await using server = await NatsServer.start(
      `tls { cert_file: "${own.certFile}", key_file: "${own.keyFile}", ca_file: "${authority.certFile}", verify: true }`,
    );
    const ca_file = authority.certFile;
    const tls = { ca_file, cert_file: client.certFile, key_file: client.keyFile };
    await delivers(server, { tls_config: tls }, "localhost");
    await delivers(server, { tls_config: { ...tls, server_name: "localhost" } });
    const { ca_file: _, ...withoutAuthority } = tls;
    await delivers(server, { tls_config: { ...withoutAuthority, insecure_skip_verify: true } });
    expect(await refusal(server, { tls_config: withoutAuthority }, "localhost")).toMatch(
      /certificate|issuer/i,
    );
    expect(await refusal(server, { tls_config: { ...tls, server_name: "other" } })).toMatch(/name|altname/i);
    expect(await refusal(server, { tls_config: { ca_file } }, "localhost")).toStartWith("unhealthy");
  });
});
