import { expect, test } from "bun:test";
import { parseOptions } from "./options.ts";

test("everything has a value where nothing is given", () => {
  expect(parseOptions([])).toMatchObject({
    form: "full",
    rounds: 5,
    seconds: 3,
    json: "dist/bench.json",
    profile: false,
    markdown: false,
  });
});

test("the short and the long form have rounds of their own, which can be changed", () => {
  expect(parseOptions(["--quick"])).toMatchObject({ form: "quick", rounds: 2 });
  expect(parseOptions(["--long"])).toMatchObject({ form: "long", rounds: 30, seconds: 10 });
  expect(parseOptions(["--quick", "--rounds", "7", "--seconds=1.5"])).toMatchObject({
    form: "quick",
    rounds: 7,
    seconds: 1.5,
  });
});

test("a pattern finds rows whatever their case", () => {
  expect(parseOptions(["--row", "push, 1 "]).row?.test("Push, 1 series of 10 KB")).toBe(true);
});

test("another receiver has an address, a name, a process and ports that it sends to", () => {
  const against = ["--against", "http://127.0.0.1:9999/"];
  expect(parseOptions(against)).toMatchObject({
    against: "http://127.0.0.1:9999",
    againstName: "127.0.0.1:9999",
    againstPid: undefined,
    sinkPorts: [],
  });
  const more = ["--against-name", "Alloy", "--against-pid", "12", "--sink-port", "4100", "--sink-port=4101"];
  expect(parseOptions([...against, ...more])).toMatchObject({
    againstName: "Alloy",
    againstPid: 12,
    sinkPorts: [4100, 4101],
  });
});

test.each([
  ["--rounds", "0"],
  ["--rounds", "1.5"],
  ["--seconds", "-1"],
  ["--seconds", "x"],
  ["--against-name", "Alloy"],
  ["--against-pid", "12"],
  ["--sink-port", "4100"],
  ["--sink-port", "65536"],
  ["--sink-port=1", "--sink-port=1"],
  ["--against", "https://127.0.0.1:9999"],
  ["--against", "127.0.0.1:9999"],
  ["--row", "("],
  ["--quick", "--long"],
  ["--nosuch", "1"],
])("%s %s is refused", async (flag, value) => {
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/run.ts`, flag, value], {
    stdout: "ignore",
    stderr: "pipe",
  });
  expect(await child.exited).not.toBe(0);
  expect(await child.stderr.text()).toStartWith("error: ");
});
