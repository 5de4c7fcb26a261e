/** README's recipes with TLS: Grafana Cloud, and client certificates. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { Certificates, type KeyPair } from "../transport/certificates.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { receiverOf, startRecipe } from "./recipe.ts";
import { namesIn, recipeTestMs, send } from "./sending.ts";

setDefaultTimeout(recipeTestMs);

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());

const authority = certificates.authority();
const server = certificates.signed(authority, {
  names: "DNS:localhost,IP:127.0.0.1",
  usage: "serverAuth",
  days: 2,
});
const client = certificates.signed(authority, { names: "DNS:client", usage: "clientAuth", days: 2 });

describe("Grafana Cloud", () => {
  const token = "glc_right";

  /** Answers over TLS as its gateway does: 401 to all but one user with one token. */
  class Cloud implements AsyncDisposable {
    readonly arrived: { readonly name: string | null; readonly body: string }[] = [];
    refused = 0;
    readonly #server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: server.cert, key: server.key },
      fetch: async (request) => {
        if (request.headers.get("authorization") !== `Basic ${btoa(`12345:${token}`)}`) {
          this.refused += 1;
          return new Response("authentication error: invalid token", { status: 401 });
        }
        const name = new URL(request.url).searchParams.get("name");
        this.arrived.push({ name, body: await request.text() });
        return new Response();
      },
    });

    get url(): string {
      return `https://localhost:${this.#server.port}`;
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.#server.stop(true);
    }
  }

  function start(cloud: Cloud, written: string) {
    return startRecipe("grafana-cloud.yaml", {
      addresses: { "https://profiles-prod-001.grafana.net": cloud.url },
      files: { "grafana-cloud-token": `${written}\n` },
      environment: { GRAFANA_CLOUD_USER: "12345", NODE_EXTRA_CA_CERTS: authority.certFile },
    });
  }

  const arrived = [{ name: "shop{service_name=shop}", body: "main;work 3\n" }];

  test("takes what comes over TLS with user and token", async () => {
    await using cloud = new Cloud();
    await using run = start(cloud, token);
    expect(await send(await receiverOf(run), { name: "shop", body: "main;work 3\n" })).toBe(200);
    await eventually("the delivery", () => cloud.arrived.length > 0, 15_000);
    expect(cloud).toMatchObject({ arrived, refused: 0 });
  });

  test("gets it once the token in the file is right, without a reload", async () => {
    await using cloud = new Cloud();
    await using run = start(cloud, "glc_wrong");
    expect(await send(await receiverOf(run), { name: "shop", body: "main;work 3\n" })).toBe(200);
    await eventually("a refusal", () => cloud.refused > 0, 15_000);
    writeFileSync(run.folder.file("grafana-cloud-token"), `${token}\n`);
    await eventually("the delivery", () => cloud.arrived.length > 0, 30_000);
    expect(cloud).toMatchObject({ arrived });
  });

  test("gets nothing where its certificate is not trusted", async () => {
    await using cloud = new Cloud();
    await using run = startRecipe("grafana-cloud.yaml", {
      addresses: { "https://profiles-prod-001.grafana.net": cloud.url },
      files: { "grafana-cloud-token": token },
      environment: { GRAFANA_CLOUD_USER: "12345" },
    });
    expect(await send(await receiverOf(run), { name: "shop" })).toBe(200);
    await run.hasSaid(/unknown authority/);
    expect(cloud).toMatchObject({ arrived: [], refused: 0 });
  });
});

describe("client certificates", () => {
  const ca = authority.cert;

  function startCentral(sink: RecordingSink) {
    return startRecipe("mtls-central.yaml", {
      addresses: { "http://pyroscope:4040": sink.url },
      files: { "tls.crt": server.cert, "tls.key": server.key, "clients-ca.crt": ca },
    });
  }

  async function secureReceiverOf(run: ReturnType<typeof startCentral>): Promise<string> {
    return (await receiverOf(run)).replace("http:", "https:");
  }

  test("a pyroduct beside the senders sends with its own", async () => {
    await using sink = await RecordingSink.start();
    await using central = startCentral(sink);
    await using edge = startRecipe("mtls-edge.yaml", {
      addresses: { "https://profiles.example.com:9999": await secureReceiverOf(central) },
      files: { "ca.crt": ca, "client.crt": client.cert, "client.key": client.key },
    });
    expect(await send(await receiverOf(edge), { name: "shop" })).toBe(200);
    expect(namesIn(sink.recording)).toEqual(["shop{app_name=shop,service_name=shop}"]);
  });

  test("nobody sends without one, or with one of another authority", async () => {
    await using sink = await RecordingSink.start();
    await using central = startCentral(sink);
    const receiver = await secureReceiverOf(central);
    const other = certificates.signed(certificates.authority(), {
      names: "DNS:client",
      usage: "clientAuth",
      days: 2,
    });
    const withPair = ({ cert, key }: KeyPair) => send(receiver, { name: "shop", tls: { ca, cert, key } });
    expect(await withPair(client)).toBe(200);
    await expect(send(receiver, { name: "shop", tls: { ca } })).rejects.toThrow();
    await expect(withPair(other)).rejects.toThrow();
    expect(sink.recording.requests).toHaveLength(1);
  });
});
