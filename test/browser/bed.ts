import { expect } from "bun:test";
import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { stringify } from "yaml";
import type { TemporaryFolder } from "../base/temporary_folder.ts";
import { PyroductRun } from "../cli/pyroduct_run.ts";
import { type Looks, openPage, type WatchedPage } from "./browser.ts";

/** A configuration: component type, label, arguments. */
export type Config = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Further flags, which may name files in the folder. */
export type Flags = (folder: TemporaryFolder) => readonly string[];

/** A pyroduct, and a page that shows it. */
export class Bed implements AsyncDisposable {
  readonly pyroduct: PyroductRun;
  /** Where the page is: `http://127.0.0.1:…`. */
  readonly admin: string;
  /** Where profiles go: of the receiver named `default`. */
  readonly receiver: string;
  readonly #watched: WatchedPage;

  private constructor(pyroduct: PyroductRun, admin: string, receiver: string, watched: WatchedPage) {
    this.pyroduct = pyroduct;
    this.admin = admin;
    this.receiver = receiver;
    this.#watched = watched;
  }

  /** Starts a pyroduct, without a configuration where none is given, and opens its page. */
  static async open(config?: Config, looks?: Looks, more: Flags = () => []): Promise<Bed> {
    const pyroduct = new PyroductRun((folder) => {
      const flags = [
        "--server.http.listen-addr=127.0.0.1:0",
        `--storage.path=${folder.file("storage")}`,
        "--log.level=info",
        ...more(folder),
      ];
      if (config === undefined) return ["run", "--listen=127.0.0.1:0", ...flags];
      writeFileSync(folder.file("pyroduct.yaml"), stringify(config));
      return ["run", folder.file("pyroduct.yaml"), ...flags];
    });
    try {
      await pyroduct.hasSaid(/msg=ready/);
      const admin = `http://${await pyroduct.address("admin")}`;
      const receiver = `http://${await pyroduct.address("pyroscope.receive_http.default")}`;
      return new Bed(pyroduct, admin, receiver, await openPage(looks));
    } catch (thrown) {
      await pyroduct[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  get page(): Page {
    return this.#watched.page;
  }

  /** Goes to a view by its address. */
  async goTo(hash: string): Promise<void> {
    await this.page.goto(`${this.admin}/${hash}`);
  }

  /** The configuration file. */
  get configPath(): string {
    return this.pyroduct.folder.file("pyroduct.yaml");
  }

  /** Fails where anything went wrong in the page that it did not show. */
  expectNoComplaints(): void {
    expect(this.#watched.complaints).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watched[Symbol.asyncDispose]();
    await this.pyroduct[Symbol.asyncDispose]();
  }
}

/** A receiver on a free port that hands everything on to these. */
export function receiverTo(...receivers: readonly string[]): Config {
  return {
    "pyroscope.receive_http": {
      default: { http: { listen_address: "127.0.0.1", listen_port: 0 }, forward_to: receivers },
    },
  };
}
