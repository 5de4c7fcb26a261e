import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Puts a file over another in one step, as certbot and cert-manager's helpers do. */
export function renameOver(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

/** A folder of files as Kubernetes mounts a secret: links that lead through `..data` to the version of the day. */
export class SecretVolume {
  readonly #folder: string;
  #version = 0;

  constructor(folder: string, files: Readonly<Record<string, string>>) {
    this.#folder = folder;
    mkdirSync(folder);
    this.swap(files);
    for (const name of Object.keys(files)) symlinkSync(join("..data", name), join(folder, name));
  }

  /** Writes a new version beside the old one and lets `..data` lead to it in one step. */
  swap(files: Readonly<Record<string, string>>): void {
    this.#version += 1;
    const version = `..version_${this.#version}`;
    mkdirSync(join(this.#folder, version));
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(this.#folder, version, name), content);
    symlinkSync(version, join(this.#folder, "..data_new"));
    renameSync(join(this.#folder, "..data_new"), join(this.#folder, "..data"));
  }
}
