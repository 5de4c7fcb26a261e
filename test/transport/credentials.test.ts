import { describe, expect, test } from "bun:test";
import { renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { secretInFile } from "../../src/http/secret_source.ts";
import { eventually } from "../base/eventually.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { findHeader } from "../wire/http_message_reader.ts";
import type { Recording } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { delivered, type EndpointConfig, WriteBed } from "./write_bed.ts";

function lastHeader({ requests }: Recording, name: string): string | undefined {
  return findHeader(requests.at(-1)?.headers ?? [], name);
}

function basic(password: string): string {
  return `Basic ${Buffer.from(`user:${password}`).toString("base64")}`;
}

/** A file is looked at this often where no event comes, in milliseconds. */
const lookEveryMs = 10_000;

type Rewrite = (path: string, content: string) => void;

const rewrites: Readonly<Record<string, Rewrite>> = {
  "written over": (path, content) => writeFileSync(path, content),
  "renamed over": (path, content) => {
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  },
};

describe.each([
  [
    "bearer_token_file",
    (path: string) => ({ bearer_token_file: path }),
    (secret: string) => `Bearer ${secret}`,
  ],
  ["password_file", (path: string) => ({ basic_auth: { username: "user", password_file: path } }), basic],
  [
    "credentials_file",
    (path: string) => ({ authorization: { type: "Token", credentials_file: path } }),
    (secret: string) => `Token ${secret}`,
  ],
] as const)("%s", (_, endpointWith, headerWith) => {
  test.each(Object.entries(rewrites))("that is %s is read again", async (_, rewrite) => {
    using folder = new TemporaryFolder();
    await using sink = await RecordingSink.start();
    const path = folder.file("secret");
    writeFileSync(path, "one\n");
    await using bed = await WriteBed.start({ url: sink.url, ...endpointWith(path) });
    expect(await bed.deliver()).toBe(delivered);
    expect(lastHeader(sink.recording, "authorization")).toBe(headerWith("one"));
    rewrite(path, "two\n");
    await eventually("the new secret", async () => {
      expect(await bed.deliver()).toBe(delivered);
      return lastHeader(sink.recording, "authorization") === headerWith("two");
    });
  });

  test("behind Kubernetes' links is read again when they swap", async () => {
    using folder = new TemporaryFolder();
    await using sink = await RecordingSink.start();
    for (const secret of ["one", "two"]) writeFileSync(folder.file(secret), secret);
    symlinkSync("one", folder.file("..data"));
    symlinkSync("..data", folder.file("secret"));
    await using bed = await WriteBed.start({ url: sink.url, ...endpointWith(folder.file("secret")) });
    symlinkSync("two", folder.file("..data.new"));
    renameSync(folder.file("..data.new"), folder.file("..data"));
    await eventually("the new secret", async () => {
      expect(await bed.deliver()).toBe(delivered);
      return lastHeader(sink.recording, "authorization") === headerWith("two");
    });
  });

  test("that is empty, of several lines or gone leaves the old secret in use", async () => {
    using folder = new TemporaryFolder();
    await using sink = await RecordingSink.start();
    const path = folder.file("secret");
    writeFileSync(path, "one");
    await using bed = await WriteBed.start({ url: sink.url, ...endpointWith(path) });
    truncateSync(path);
    writeFileSync(path, "two\nthree");
    await eventually("the word that it can't be used", () => bed.log.includes("holds more than one line"));
    rmSync(path);
    expect(await bed.deliver()).toBe(delivered);
    expect(lastHeader(sink.recording, "authorization")).toBe(headerWith("one"));
    expect(bed.log).not.toContain("three");
  });
});

test("a file that is being written anew leaves the old secret in use until something is in it", async () => {
  using folder = new TemporaryFolder();
  const path = folder.file("secret");
  writeFileSync(path, "one");
  const clock = new FakeClock();
  const source = secretInFile(path, clock);
  source.start();
  truncateSync(path);
  await clock.advance(lookEveryMs);
  expect(source.current().reveal()).toBe("one");
  writeFileSync(path, "two");
  await clock.advance(lookEveryMs);
  expect(source.current().reveal()).toBe("two");
  source.stop();
});

describe("headers", () => {
  test.each<[string, EndpointConfig]>([
    ["basic_auth", { basic_auth: { username: "user", password: "p" } }],
    ["bearer_token", { bearer_token: "t" }],
    ["authorization", { authorization: { credentials: "c" } }],
  ])("with an Authorization of their own go over %s", async (_, auth) => {
    await using sink = await RecordingSink.start();
    await using bed = await WriteBed.start({ url: sink.url, headers: { authorization: "Own 1" }, ...auth });
    expect(await bed.deliver({ authorization: "Bearer sender" })).toBe(delivered);
    expect(lastHeader(sink.recording, "authorization")).toBe("Own 1");
  });

  test("of http_headers are added, each value of a list", async () => {
    await using sink = await RecordingSink.start();
    await using bed = await WriteBed.start({
      url: sink.url,
      headers: { "X-Both": "a" },
      http_headers: { "X-Both": ["b", "c"], "X-Scope-OrgID": ["tenant"] },
    });
    expect(await bed.deliver({ "x-scope-orgid": "sender" })).toBe(delivered);
    expect(lastHeader(sink.recording, "x-both")).toBe("a, b, c");
    expect(lastHeader(sink.recording, "x-scope-orgid")).toBe("tenant");
  });

  test("that are no ASCII go out as UTF-8", async () => {
    await using sink = await RecordingSink.start();
    await using bed = await WriteBed.start({
      url: sink.url,
      headers: { "X-Team": "Zürich €" },
      bearer_token: "ß€",
    });
    expect(await bed.deliver()).toBe(delivered);
    const [team, token] = ["x-team", "authorization"].map((name) =>
      Buffer.from(lastHeader(sink.recording, name) ?? "", "latin1").toString("utf8"),
    );
    expect([team, token]).toEqual(["Zürich €", "Bearer ß€"]);
  });
});

describe("a redirect", () => {
  const here = { status: 307, headers: [["Location", "/elsewhere?x=1"]] } as const;

  test("is followed as the same POST, with all that it carries", async () => {
    await using sink = await RecordingSink.start({ answers: [here] });
    await using bed = await WriteBed.start({ url: sink.url, bearer_token: "t" });
    expect(await bed.deliver()).toBe(delivered);
    const [first, second] = sink.recording.requests;
    expect(second).toMatchObject({ method: "POST", path: "/elsewhere", query: "x=1" });
    expect(second?.body).toEqual(first?.body as Uint8Array);
    expect(lastHeader(sink.recording, "authorization")).toBe("Bearer t");
    expect(lastHeader(sink.recording, "content-type")).toBe("text/plain");
  });

  test("is followed five times at most", async () => {
    await using sink = await RecordingSink.start({ otherwise: here });
    await using bed = await WriteBed.start({ url: sink.url });
    expect(await bed.deliver()).toContain("HTTP 307");
    expect(sink.recording.requests).toHaveLength(6);
  });

  test("to another host is the answer, and that host hears nothing", async () => {
    await using other = await RecordingSink.start();
    await using sink = await RecordingSink.start({
      otherwise: { status: 308, headers: [["Location", `${other.url}/ingest`]] },
    });
    await using bed = await WriteBed.start({ url: sink.url, bearer_token: "t" });
    expect(await bed.deliver()).toContain("HTTP 308");
    expect(other.recording.requests).toEqual([]);
  });

  test("is the answer with follow_redirects: false", async () => {
    await using sink = await RecordingSink.start({ answers: [here] });
    await using bed = await WriteBed.start({ url: sink.url, follow_redirects: false });
    expect(await bed.deliver()).toContain("HTTP 307");
    expect(sink.recording.requests).toHaveLength(1);
  });
});
