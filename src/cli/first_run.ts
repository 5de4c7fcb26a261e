import { formatByteSize } from "../base/byte_size.ts";
import type { ServiceActivity } from "../component/definition.ts";
import { formatAddress, type ListenAddress } from "../http/listen_address.ts";

/** Where SDKs send profiles unless they are told otherwise. */
export const defaultListen: ListenAddress = { host: "127.0.0.1", port: 4040 };

/** Where health, metrics and the API are served unless a flag says otherwise. */
export const defaultAdmin: ListenAddress = { host: "127.0.0.1", port: 12_345 };

/** The configuration for when none is given: a local store, and whatever else profiles are to go to. */
export function firstRunConfig(listen: ListenAddress, forwardTo: readonly string[]): unknown {
  const receivers = ["pyroscope.local_store.default.receiver"];
  if (forwardTo.length > 0) receivers.push("pyroscope.write.default.receiver");
  return {
    "pyroscope.receive_http": {
      default: {
        http: { listen_address: listen.host, listen_port: listen.port },
        forward_to: receivers,
      },
    },
    "pyroscope.local_store": { default: {} },
    ...(forwardTo.length === 0 ? {} : { "pyroscope.write": { default: { endpoint: queued(forwardTo) } } }),
  };
}

// A destination that is away for a while costs nothing then, nor does a restart.
function queued(urls: readonly string[]): unknown {
  return [...new Set(urls)].map((url) => ({ url, queue: { type: "disk" } }));
}

/** What a person reads when pyroduct has started without a configuration. */
export function welcome(
  version: string,
  receiver: string,
  admin: string,
  storage: string,
  forwardTo: readonly string[],
): string {
  const also = forwardTo.length === 0 ? "" : `and sends a copy to:    ${forwardTo.join(", ")}\n`;
  return `pyroduct ${version}
receives profiles on:   http://${receiver}
keeps them in:          ${storage} (1 GiB and 24 h at most)
${also}shows them at:          http://${admin}/

Point a Pyroscope SDK at it:
  Go      pyroscope.Start(pyroscope.Config{ApplicationName: "my.app", ServerAddress: "http://${receiver}"})
  Python  pyroscope.configure(application_name="my.app", server_address="http://${receiver}")
  Node    Pyroscope.init({ appName: "my.app", serverAddress: "http://${receiver}" }); Pyroscope.start()
  Java    PYROSCOPE_SERVER_ADDRESS=http://${receiver} java -javaagent:pyroscope.jar …
  curl    curl --data-binary @cpu.pprof "http://${receiver}/ingest?name=my.app&format=pprof"

Waiting for profiles; Ctrl-C ends it.
`;
}

/** What to do when the port is taken; a Pyroscope server listens on 4040 too. */
export function portTakenAdvice(listen: ListenAddress): string {
  const taken = formatAddress(listen.host, listen.port);
  const free = formatAddress(listen.host, listen.port + 1);
  return `${taken} is in use: a Pyroscope server is probably running there. To stand in front of it: --listen ${free} --forward-to http://${taken}`;
}

/** One line on what came lately. */
export function activityLine(activity: readonly ServiceActivity[]): string {
  const profiles = activity.reduce((sum, one) => sum + one.profiles, 0);
  const bytes = activity.reduce((sum, one) => sum + one.bytes, 0);
  const [first, ...others] = activity.map(({ service_name, profiles: count }) => `${service_name} ${count}`);
  const more =
    others.length > 3
      ? `, ${others.slice(0, 3).join(", ")} and ${others.length - 3} more`
      : ["", ...others].join(", ");
  const noun = profiles === 1 ? "profile" : "profiles";
  return `${profiles} ${noun} (${formatByteSize(bytes)}): ${first ?? ""}${more}`;
}
