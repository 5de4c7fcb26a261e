import type { ShownComponent } from "../controller/config_check.ts";
import type { Controller } from "../controller/controller.ts";
import { formatAddress, isEveryAddress, parseAddress } from "../http/listen_address.ts";
import type { ReceiverAddress } from "./api/status.ts";

const receiverType = "pyroscope.receive_http";

/**
 * Where senders find the receivers.
 *
 * @param host for those that listen on all addresses.
 */
export async function receiverAddresses(controller: Controller, host: string): Promise<ReceiverAddress[]> {
  const { components } = await controller.observation.flow();
  const receivers = controller.shown.filter(({ type }) => type === receiverType);
  return receivers.flatMap((one) => addressOf(one, components.get(one.id)?.address, host) ?? []);
}

function addressOf(
  { id, arguments: args }: ShownComponent,
  address: string | undefined,
  host: string,
): ReceiverAddress | undefined {
  const listen = parseAddress(address ?? "");
  if (listen === undefined) return undefined;
  const { tls, auth } = httpOf(args);
  const name = isEveryAddress(listen.host) ? host : listen.host;
  const scheme = tls === undefined ? "http" : "https";
  return {
    id,
    url: `${scheme}://${formatAddress(name, listen.port)}`,
    is_tls: tls !== undefined,
    needs_auth: auth !== undefined,
  };
}

function httpOf(args: unknown): { readonly tls?: unknown; readonly auth?: unknown } {
  if (typeof args !== "object" || args === null || !("http" in args)) return {};
  return typeof args.http === "object" && args.http !== null ? args.http : {};
}
