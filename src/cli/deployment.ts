import { stringify } from "yaml";
import { parseDuration } from "../base/duration.ts";
import { homepage, version } from "../base/version.ts";
import { argumentsOf } from "../config/argument_list.ts";
import { receiveHttpDefinition } from "../receive_http/definition.ts";

/** Where the configuration lies on a server and in an image. */
export const configPath = "/etc/pyroduct/pyroduct.yaml";

/** Where state lies in an image. */
export const statePath = "/var/lib/pyroduct";

/** The user `nonroot` of distroless images, and its group. */
export const imageUser = 65_532;

/** How long a pod goes on serving after SIGTERM, until all load balancers have noticed. */
export const shutdownDelay = "5s";

/** The image of this version, where the release puts it. */
export const image = `${imageRepository()}:${version}`;

/** The image's name without a tag: GitHub's registry names images as the repository is named. */
export function imageRepository(): string {
  return `ghcr.io${new URL(homepage).pathname.toLowerCase()}`;
}

/** Seconds until a process that was asked to end has ended: the delay, what is under way, and some for the rest. */
export function stopSeconds(delay: string): number {
  const grace = argumentsOf(receiveHttpDefinition).find(({ path }) => path === "graceful_shutdown_timeout");
  const [delayMs, graceMs] = [parseDuration(delay), parseDuration(grace?.defaultText ?? "")];
  if (delayMs === undefined || graceMs === undefined)
    throw new Error("the schema has no time for a shutdown");
  const restMs = 10_000;
  return Math.ceil((delayMs + graceMs + restMs) / 1000);
}

/**
 * The configuration of a printed deployment: receives everything on one port and sends it to one Pyroscope, by way of
 * a queue on disk, since most SDKs send nothing twice.
 */
export function deploymentConfig(listenPort: number, forwardTo: string): object {
  return {
    "pyroscope.receive_http": {
      default: {
        http: { listen_port: listenPort },
        forward_to: ["pyroscope.write.default.receiver"],
      },
    },
    "pyroscope.write": { default: { endpoint: { url: forwardTo, queue: { type: "disk" } } } },
  };
}

/** YAML as people write it: no line is broken, nothing is said by reference. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
