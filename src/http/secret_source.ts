import type { Clock } from "../base/clock.ts";
import { Secret } from "../base/secret.ts";
import { WatchedFile } from "../base/watched_file.ts";
import { isHeaderValue } from "./header_text.ts";

/** A secret that may change while pyroduct runs. */
export interface SecretSource {
  /** The same object until the secret changes. */
  current(): Secret;
  /** Begins to follow the file that holds it, where one does; `onChange` is called after each change. */
  start(onChange?: () => void): void;
  stop(): void;
}

/** A secret that stands in the configuration itself. */
export function fixedSecret(secret: Secret): SecretSource {
  return { current: () => secret, start: () => {}, stop: () => {} };
}

/**
 * A secret in a file, blanks around it left out; read again when the file changes.
 *
 * @param onProblem told, in words for the operator, of a changed file that can't be used.
 * @throws where the file can't be read.
 */
export function secretInFile(
  path: string,
  clock: Clock,
  onProblem: (problem: string) => void = () => {},
): SecretSource {
  const file = new WatchedFile(path, clock);
  let secret = new Secret(file.content.trim());
  const take = (text: string, onChange: () => void) => {
    // A file that is written anew is empty for a moment, and a request without credentials is refused for good.
    if (text === "") return;
    if (isHeaderValue(text)) {
      secret = new Secret(text);
      onChange();
    } else {
      onProblem(`${path} holds more than one line: the old secret stays in use`);
    }
  };
  return {
    current: () => secret,
    start: (onChange = () => {}) => file.start((content) => take(content.trim(), onChange)),
    stop: () => file.stop(),
  };
}

/** The secret of an argument that may stand in the configuration or in a file; undefined where neither is given. */
export function secretSource(
  inline: Secret | undefined,
  path: string | undefined,
  clock: Clock,
  onProblem: (problem: string) => void,
): SecretSource | undefined {
  if (inline !== undefined) return fixedSecret(inline);
  return path === undefined ? undefined : secretInFile(path, clock, onProblem);
}
