import { InvalidArgumentError } from "commander";
import { CodedError } from "../base/failure.ts";
import { formatAddress, type ListenAddress, parseAddress } from "../http/listen_address.ts";

/** Where an admin server is. */
export interface AdminAddress extends ListenAddress {
  /** What paths are added to; without a slash at its end. */
  readonly baseUrl: string;
  /** What it is called to people: `host:port`, or the URL where one was given. */
  readonly name: string;
}

/** An address that stands for all of a machine's, by what it is reached at from there. */
const loopbacks: Readonly<Record<string, string>> = { "": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Where an admin server that listens at an address can be reached from its own machine. */
export function adminAt({ host, port }: ListenAddress): AdminAddress {
  const name = formatAddress(loopbacks[host] ?? host, port);
  return { host, port, baseUrl: `http://${name}`, name };
}

/**
 * A flag's `host:port` or URL.
 *
 * @throws CodedError `invalid_argument` where it holds credentials, which the message does not repeat.
 */
export function toAdminAddress(text: string): AdminAddress {
  if (text.includes("@")) {
    throw new CodedError(
      "invalid_argument",
      "--server must not hold credentials, since other users can see a command line: use --username with --password-file or $PYRODUCT_PASSWORD",
    );
  }
  const listening = parseAddress(text);
  if (listening !== undefined) return adminAt(listening);
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.search !== "" || url.hash !== "")
    throw new InvalidArgumentError("Expected host:port or a URL, such as 127.0.0.1:12345.");
  const baseUrl = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port, baseUrl, name: baseUrl };
}
