import { spyOn } from "bun:test";
import { runProgram } from "../../src/cli/program.ts";
import type { Ended } from "./pyroduct_run.ts";

/** Runs a command in this process; one at a time. */
export async function command(...args: readonly string[]): Promise<Ended> {
  const said = { out: "", error: "" };
  using _out = spyOn(process.stdout, "write").mockImplementation((text, ...more: readonly unknown[]) => {
    said.out += String(text);
    const written = more.at(-1);
    if (typeof written === "function") written();
    return true;
  });
  using _error = spyOn(process.stderr, "write").mockImplementation((text) => {
    said.error += String(text);
    return true;
  });
  return { status: await runProgram(args), ...said };
}
