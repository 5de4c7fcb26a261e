import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { passes } from "./tool.ts";

/** Everything that a unit's SystemCallFilter lines allow, as the systemd of this machine knows the sets. */
export async function allowedCalls(unit: string): Promise<ReadonlySet<string>> {
  const allowed = new Set<string>();
  for (const [, isDenied, sets = ""] of unit.matchAll(/^SystemCallFilter=(~?)(.*)$/gm)) {
    for (const call of (await Promise.all(sets.split(" ").map(callsOf))).flat()) {
      if (isDenied) allowed.delete(call);
      else allowed.add(call);
    }
  }
  return allowed;
}

/** The calls in a set, and in the sets that it names. */
async function callsOf(set: string): Promise<readonly string[]> {
  const said = await passes(["systemd-analyze", "syscall-filter", set], "/");
  const names = said.split("\n").flatMap((line) => /^ {4}([@\w-]+)$/.exec(line)?.[1] ?? []);
  const calls = names.map(async (name) => (name.startsWith("@") ? await callsOf(name) : [name]));
  return (await Promise.all(calls)).flat();
}

/**
 * Every system call that pyroduct makes from its start to its end, with what it does in between: it takes a profile,
 * queues it, forwards it, stores it, and loads its configuration anew.
 */
export async function callsMade(): Promise<ReadonlySet<string>> {
  using folder = new TemporaryFolder();
  const trace = folder.file("trace");
  // -D: pyroduct itself stays the child, and gets the signals.
  const traced = `exec strace -D -f -qq -o ${trace} ${process.execPath} src/main.ts "$@"`;
  writeFileSync(folder.file("traced"), `#!/bin/sh\n${traced}\n`);
  chmodSync(folder.file("traced"), 0o700);
  const before = process.env["PYRODUCT_EXECUTABLE"];
  process.env["PYRODUCT_EXECUTABLE"] = folder.file("traced");
  try {
    await work();
  } finally {
    if (before === undefined) delete process.env["PYRODUCT_EXECUTABLE"];
    else process.env["PYRODUCT_EXECUTABLE"] = before;
  }
  const lines = readFileSync(trace, "utf8").matchAll(/^\d+ +([a-z]\w*)\(/gm);
  return new Set([...lines].map((match) => match[1] ?? ""));
}

async function work(): Promise<void> {
  await using sink = await RecordingSink.start();
  await using pyroduct = await PyroductProcess.start(
    {
      "pyroscope.receive_http": {
        r: {
          http: { listen_address: "127.0.0.1", listen_port: 0 },
          forward_to: ["pyroscope.write.w.receiver", "pyroscope.local_store.s.receiver"],
        },
      },
      "pyroscope.write": {
        w: { endpoint: { url: sink.url.replace("127.0.0.1", "localhost"), queue: { type: "disk" } } },
      },
      "pyroscope.local_store": { s: {} },
    },
    { arguments: ["--config.watch"] },
  );
  const taken = await fetch(`http://${pyroduct.receiver}/ingest?name=app`, {
    method: "POST",
    body: "profile",
  });
  const reloaded = await fetch(`http://${pyroduct.admin}/-/reload`, { method: "POST" });
  if (!taken.ok || !reloaded.ok) throw new Error(`answered with ${taken.status} and ${reloaded.status}`);
}
