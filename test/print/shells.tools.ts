/** Completion, judged by shellcheck and tried in the shells themselves. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { printed } from "./printed.ts";
import { passes } from "./tool.ts";

const folder = new TemporaryFolder();

beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    writeFileSync(folder.file(shell), await printed("completion", shell));
  }
  writeFileSync(folder.file("pyroduct.yaml"), "");
});

afterAll(() => folder[Symbol.dispose]());

/** What is offered after these words, the last of which is being written. */
const cases: readonly (readonly [words: string, offered: string[]])[] = [
  ["pri", ["print"]],
  ["print s", ["schema", "systemd"]],
  ["print completion ", ["bash", "zsh", "fish"]],
  ["print kubernetes --max", ["--max-replicas"]],
  ["run --log.l", ["--log.level"]],
  ["run --log.level ", ["debug", "info", "warn", "error"]],
  ["run --log.format js", ["json"]],
  ["run --listen 127.0.0.1:1 pyro", ["pyroduct.yaml"]],
  ["validate py", ["pyroduct.yaml"]],
  ["probe he", ["healthy"]],
];

describe("bash", () => {
  test("has nothing that shellcheck would have otherwise", async () => {
    expect(await passes(["shellcheck", "--shell=bash", "bash"], folder.path)).toBe("");
  });

  test.each(cases)("offers after %j", async (words, offered) => {
    const script = `source ./bash
COMP_WORDS=(pyroduct ${words}${words.endsWith(" ") ? '""' : ""})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_pyroduct
printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(linesOf(await passes(["bash", "-c", script], folder.path))).toEqual(expected(offered));
  });

  test("offers values after an equals sign, which it takes for a word", async () => {
    const script = `source ./bash; COMP_WORDS=(pyroduct run --log.level = w); COMP_CWORD=4; _pyroduct; echo "\${COMPREPLY[*]}"`;
    expect(await passes(["bash", "-c", script], folder.path)).toBe("warn\n");
  });
});

describe("fish", () => {
  test("reads it", async () => {
    expect(await passes(["fish", "--no-config", "--no-execute", "fish"], folder.path)).toBe("");
  });

  test.each(cases)("offers after %j", async (words, offered) => {
    const script = `source ./fish; complete --do-complete "pyroduct ${words}"`;
    const said = await passes(["fish", "--no-config", "-c", script], folder.path);
    expect(linesOf(said).map((line) => line.split("\t")[0] ?? "")).toEqual(expected(offered));
  });
});

describe("zsh", () => {
  test("reads it", async () => {
    expect(await passes(["zsh", "-f", "-n", "zsh"], folder.path)).toBe("");
  });

  test.each(cases)("offers after %j", async (words, offered) => {
    writeFileSync(folder.file("try.zsh"), zshTry(words));
    expect(linesOf(await passes(["zsh", "-f", "try.zsh"], folder.path))).toEqual(expected(offered));
  });
});

/** What is offered, in the order in which the shells' answers are compared. */
function expected(offered: readonly string[]): string[] {
  return offered.toSorted();
}

// Flags are offered beside words and files; what is asked for is what is no flag, or what begins as one.
function linesOf(text: string): string[] {
  const lines = text.split("\n").filter((line) => line !== "");
  const words = lines.filter((line) => !line.startsWith("-"));
  return (words.length > 0 ? words : lines).toSorted();
}

/** A zsh with a terminal of its own, in which a key is pressed; it writes down what its completion would offer. */
function zshTry(words: string): string {
  return `zmodload zsh/zpty
zpty try zsh -f -i
zpty -w try 'autoload -Uz compinit; compinit -D -u; source ./zsh; PROMPT=; '
zpty -w try 'offered=(); compadd() { local -a found; builtin compadd -O found "$@"; offered+=($found); builtin compadd "$@" }'
zpty -w try 'finish() { print -rl -- $offered > offered; print -r -- DONE > done }; zle -N finish; bindkey "^X" finish'
rm -f offered done
zpty -w -n try 'pyroduct ${words}'$'\\t\\x18'
repeat 200; do
  zpty -r -t try line
  [[ -e done ]] && break
  sleep 0.05
done
zpty -d try
sort -u offered`;
}
