import type { Clock } from "../base/clock.ts";
import { Secret } from "../base/secret.ts";
import { WatchedFile } from "../base/watched_file.ts";

/** A secret that may change while pyroduct runs. */
export interface SecretSource {
  current(): Secret;
  /** Begins to follow the file that holds it, where one does. */
  start(): void;
  stop(): void;
}

/** A secret that stands in the configuration itself. */
export function fixedSecret(secret: Secret): SecretSource {
  return { current: () => secret, start: () => {}, stop: () => {} };
}

/**
 * A secret in a file, blanks around it left out; read again when the file changes.
 *
 * @throws where the file can't be read.
 */
export function secretInFile(path: string, clock: Clock): SecretSource {
  const file = new WatchedFile(path, clock);
  let secret = new Secret(file.content.trim());
  return {
    current: () => secret,
    start: () =>
      file.start((content) => {
        secret = new Secret(content.trim());
      }),
    stop: () => file.stop(),
  };
}
