import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Certificates, type KeyPair } from "../transport/certificates.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { bufCurl } from "./buf_curl.ts";
import { useGrpcBed } from "./grpc_bed.ts";
import { PushCaller } from "./push_caller.ts";
import { arrivalOf, arrivals, message, noise } from "./push_samples.ts";

setDefaultTimeout(testTimeoutMs);

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());

const authority = certificates.authority();
const stranger = certificates.authority();
const server = certificates.signed(authority, { names: "IP:127.0.0.1", usage: "serverAuth", days: 2 });
const client = certificates.signed(authority, { names: "DNS:agent", usage: "clientAuth", days: 2 });
const unknown = certificates.signed(stranger, { names: "DNS:agent", usage: "clientAuth", days: 2 });

const bed = useGrpcBed({
  plain: {},
  tls: { http: { tls: { cert_file: server.certFile, key_file: server.keyFile } } },
  any: asking("RequireAnyClientCert"),
  if_given: asking("VerifyClientCertIfGiven"),
  verified: asking("RequireAndVerifyClientCert"),
});

function asking(clientAuthType: string) {
  const tls = {
    cert_file: server.certFile,
    key_file: server.keyFile,
    client_ca_file: authority.certFile,
    client_auth_type: clientAuthType,
  };
  return { http: { tls } };
}

describe("a Push by buf curl", () => {
  const prior = "--http2-prior-knowledge";
  const trust = ["--cacert", authority.certFile];
  const certified = [...trust, "--cert", client.certFile, "--key", client.keyFile];

  test.each([
    ["grpc", "HTTP/2", "", () => `http://${bed().grpc("plain")}`, [prior]],
    ["grpc", "HTTP/2", " with TLS", () => `https://${bed().grpc("tls")}`, trust],
    ["grpc", "HTTP/2", " with TLS and a certificate", () => `https://${bed().grpc("verified")}`, certified],
    ["grpcweb", "HTTP/1.1", "", () => `http://${bed().main("plain")}`, []],
    ["grpcweb", "HTTP/2", "", () => `http://${bed().main("plain")}`, [prior]],
    ["grpcweb", "HTTP/2", " with TLS", () => `https://${bed().main("tls")}`, trust],
    ["connect", "HTTP/1.1", "", () => `http://${bed().main("plain")}`, []],
    ["connect", "HTTP/2", "", () => `http://${bed().main("plain")}`, [prior]],
    ["connect", "HTTP/2", " with TLS", () => `https://${bed().main("tls")}`, trust],
  ])("in %s over %s%s arrives", async (protocol, version, _, baseUrl, flags) => {
    const recording = bed().sink.script({});
    const profile = noise(1_000);
    const { status, answer, says } = await bufCurl(baseUrl(), profile, ["--protocol", protocol, ...flags]);
    expect({ status, answer }).toEqual({ status: 0, answer: "{}" });
    expect(says).toMatch(new RegExp(`${version}(\\.0)? 200`));
    expect(arrivals(recording)).toEqual([arrivalOf(profile)]);
  });
});

describe("a gRPC caller", () => {
  const none = undefined;
  test.each<[string, KeyPair | undefined, string, number]>([
    ["without a certificate, where none is asked for", none, "tls", 1],
    ["without a certificate, where one must be there", none, "any", 0],
    ["with one that nobody knows, where one must be there", unknown, "any", 1],
    ["without a certificate, where one is verified if it is given", none, "if_given", 1],
    ["with one that nobody knows, where one is verified if it is given", unknown, "if_given", 0],
    ["with a good certificate, where one is verified if it is given", client, "if_given", 1],
    ["without a certificate, where one is verified", none, "verified", 0],
    ["with one that nobody knows, where one is verified", unknown, "verified", 0],
    ["with a good certificate, where one is verified", client, "verified", 1],
  ])("%s", async (_, certificate, receiver, arriving) => {
    const recording = bed().sink.script({});
    const own = certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key };
    using caller = new PushCaller(bed().grpc(receiver), { tls: { ca: authority.cert, ...own } });
    const { code } = await caller.push(message(noise(10)), { timeoutMs: 5_000 });
    expect([code === "ok", arrivals(recording).length]).toEqual([arriving === 1, arriving]);
  });
});
