import { InvalidArgumentError } from "commander";
import { parseDuration } from "../base/duration.ts";
import { type ListenAddress, parseAddress } from "../http/listen_address.ts";

/** A flag's `host:port`. */
export function toAddress(text: string): ListenAddress {
  const address = parseAddress(text);
  if (address === undefined) throw new InvalidArgumentError("Expected host:port, such as 127.0.0.1:4040.");
  return address;
}

/** A flag's duration, in milliseconds. */
export function toDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 0) throw new InvalidArgumentError("Expected a duration, such as 5s.");
  return ms;
}
