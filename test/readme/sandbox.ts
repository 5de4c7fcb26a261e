import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { freePort } from "../http/free_port.ts";

/**
 * A place where README's commands do no harm: its ports are free ones, its destinations one server that takes
 * everything, its files in a folder that goes away.
 */
export class Sandbox implements Disposable {
  readonly #folder = new TemporaryFolder();
  readonly #files = new Set<string>();
  readonly #ports = new Map<string, number>();
  readonly #sink = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response("{}", { headers: { "Content-Type": "application/json" } }),
  });

  /** The working folder of the commands. */
  get path(): string {
    return this.#folder.path;
  }

  /** What the commands find in their environment. */
  get environment(): Readonly<Record<string, string>> {
    const { path } = this.#folder;
    // The environment of whoever runs the tests (proxies, OTEL_*, STATE_DIRECTORY) must not change what they see.
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: path,
      TMPDIR: path,
      BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
    };
  }

  /** Puts a file into the folder. */
  write(name: string, content: string): void {
    this.#files.add(name);
    writeFileSync(this.#folder.file(name), this.replace(content));
  }

  /** `127.0.0.1:port`, with the port that stands for README's. */
  local(port: string): string {
    const known = this.#ports.get(port) ?? freePort();
    this.#ports.set(port, known);
    return `127.0.0.1:${known}`;
  }

  /** A word of a command as it is here. */
  word(word: string): string {
    return this.#files.has(word) ? this.#folder.file(word) : this.replace(word);
  }

  /** A text of README with the addresses and files of this place. */
  replace(text: string): string {
    return text
      .replaceAll(/\b(?:127\.0\.0\.1|0\.0\.0\.0):(\d+)/g, (_, port: string) => this.local(port))
      .replaceAll(/\bhttp:\/\/(?!127\.)[\w.-]+:\d+/g, `http://127.0.0.1:${this.#sink.port}`)
      .replaceAll("listen_address: 0.0.0.0", "listen_address: 127.0.0.1")
      .replaceAll(/(?<=\blisten_port: )\d+/g, (port) => this.local(port).replace(/.*:/, ""))
      .replaceAll(/\/(?:etc\/pyroduct|run\/secrets)\/[\w.-]+/g, (path) => this.#folder.file(basename(path)));
  }

  [Symbol.dispose](): void {
    void this.#sink.stop(true);
    this.#folder[Symbol.dispose]();
  }
}
