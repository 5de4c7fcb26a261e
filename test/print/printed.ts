import { parse } from "yaml";
import { programCommand } from "../base/program.ts";

/** What `pyroduct print` prints with these arguments, run as its user would. */
export async function printed(...args: readonly string[]): Promise<string> {
  return new TextDecoder().decode(await printedBytes(...args));
}

/** The same where it is no text. */
export async function printedBytes(...args: readonly string[]): Promise<Uint8Array> {
  const command = [...programCommand(), "print", ...args];
  await using child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [status, output, error] = await Promise.all([
    child.exited,
    child.stdout.bytes(),
    child.stderr.text(),
  ]);
  if (status !== 0) throw new Error(`print ${args.join(" ")}: ${error}`);
  return output;
}

/** What of a cluster's object the tests look at. */
export interface ClusterObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  // biome-ignore lint/suspicious/noExplicitAny: the tests reach into objects of many shapes.
  readonly spec: any;
  readonly data: Readonly<Record<string, string>>;
}

/** The objects of a file of several YAML documents, by their kinds. */
export function objectsByKind(text: string): ReadonlyMap<string, ClusterObject> {
  const documents = text
    .split(/^---\n/m)
    .map((part): ClusterObject | null => parse(part))
    .filter((object) => object !== null);
  return new Map(documents.map((object) => [object.kind, object]));
}
