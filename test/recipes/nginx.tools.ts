/** README's recipe with nginx in front, with a real nginx. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { freePort } from "../http/free_port.ts";
import { Certificates } from "../transport/certificates.ts";
import { headerOf } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { placedText, receiverOf, recipeText, startRecipe } from "./recipe.ts";
import { namesIn, recipeTestMs, send } from "./sending.ts";

setDefaultTimeout(recipeTestMs);

/** README's part of the configuration, inside of the least that nginx needs around it. */
class Nginx implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly #certificates = new Certificates();
  readonly #port = freePort();
  readonly #process: Bun.Subprocess;
  readonly ca: string;

  /** @param addresses `host:port` of each pyroduct. */
  constructor(...addresses: readonly string[]) {
    const authority = this.#certificates.authority();
    const { cert, key } = this.#certificates.signed(authority, {
      names: "DNS:localhost,IP:127.0.0.1",
      usage: "serverAuth",
      days: 2,
    });
    this.ca = authority.cert;
    const places = {
      addresses: {
        "server 127.0.0.1:9999": addresses.map((address) => `server ${address}`).join("; "),
        "listen 443": `listen 127.0.0.1:${this.#port}`,
        "http://pyroduct": "http://pyroduct",
      },
      files: { "tls.crt": cert, "tls.key": key },
    };
    const recipe = placedText(recipeText("upstream pyroduct {"), places, this.#folder);
    const user = process.getuid?.() === 0 ? "user root;" : "";
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (of) => `${of}_temp_path temp;`,
    );
    mkdirSync(this.#folder.file("temp"));
    writeFileSync(
      this.#folder.file("nginx.conf"),
      `${user} daemon off; pid nginx.pid; worker_processes 1; events { worker_connections 128; }
http { access_log off; ${temporary.join(" ")}
${recipe}
}`,
    );
    const log = Bun.file(this.#folder.file("log"));
    const command = ["nginx", "-p", this.#folder.path, "-c", "nginx.conf", "-e", "stderr"];
    this.#process = Bun.spawn(command, { stdout: "ignore", stderr: log });
  }

  get url(): string {
    return `https://localhost:${this.#port}`;
  }

  /** Resolves once it answers. */
  async started(): Promise<void> {
    const asks = () => fetch(this.url, { tls: { ca: this.ca } }).catch(() => undefined);
    await eventually(
      "nginx' start",
      async () => {
        if (this.#process.exitCode !== null) throw new Error(await Bun.file(this.#folder.file("log")).text());
        return (await asks()) !== undefined;
      },
      15_000,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
    this.#certificates[Symbol.dispose]();
    this.#folder[Symbol.dispose]();
  }
}

test("what comes through nginx arrives, however large it may be", async () => {
  await using sink = await RecordingSink.start();
  await using run = startRecipe("behind-nginx.yaml", {
    addresses: { "http://pyroscope:4040": sink.url },
  });
  const address = (await receiverOf(run)).replace("http://", "");
  await using nginx = new Nginx(address);
  await nginx.started();
  const tls = { ca: nginx.ca };
  const headers = { "X-Scope-OrgID": "blue" };
  expect(await send(nginx.url, { name: "shop{env=prod}", headers, tls })).toBe(200);
  // Above nginx' own limit, and above pyroduct's.
  const large = new Uint8Array(8 * 1024 * 1024).fill(120);
  expect(await send(nginx.url, { name: "large", body: large, tls })).toBe(200);
  expect(await send(nginx.url, { name: "beyond", body: new Uint8Array(65 * 1024 * 1024), tls })).toBe(413);
  expect(namesIn(sink.recording)).toEqual(["large{service_name=large}", "shop{env=prod,service_name=shop}"]);
  expect((await sink.recording.request(2)).body).toHaveLength(large.length);
});

test("debug information of any size is streamed through", async () => {
  await using sink = await RecordingSink.start();
  await using run = startRecipe("behind-nginx.yaml", { addresses: { "http://pyroscope:4040": sink.url } });
  await using nginx = new Nginx((await receiverOf(run)).replace("http://", ""));
  await nginx.started();
  const path = "/debuginfo.v1alpha1.DebuginfoService/Upload/0123abcd";
  const body = new Uint8Array(70 * 1024 * 1024);
  const answer = await fetch(`${nginx.url}${path}`, { method: "POST", body, tls: { ca: nginx.ca } });
  expect(answer.status).toBe(200);
  const request = await sink.recording.request(1);
  expect([request.path, request.body.length]).toEqual([path, body.length]);
  expect(headerOf(request, "host")).toBe(new URL(sink.url).host);
});

test("with two instances nginx asks one where the other has ended", async () => {
  await using sink = await RecordingSink.start();
  const addresses = { "http://pyroscope:4040": sink.url };
  await using one = startRecipe("behind-nginx.yaml", { addresses });
  await using other = startRecipe("behind-nginx.yaml", { addresses });
  const receivers = await Promise.all([receiverOf(one), receiverOf(other)]);
  await using nginx = new Nginx(...receivers.map((receiver) => receiver.replace("http://", "")));
  await nginx.started();
  const tls = { ca: nginx.ca };
  const sendTen = async () => {
    const names = Array.from({ length: 10 }, (_, index) => `app-${index}`);
    return await Promise.all(names.map((name) => send(nginx.url, { name, tls })));
  };
  expect(await sendTen()).toEqual(Array(10).fill(200));
  other.kill("SIGTERM");
  expect(await other.ended()).toMatchObject({ status: 0 });
  expect(await sendTen()).toEqual(Array(10).fill(200));
  expect(sink.recording.requests).toHaveLength(20);
});
