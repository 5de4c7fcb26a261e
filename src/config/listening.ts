import * as v from "valibot";
import type { ComponentDefinition, ListeningAddress } from "../component/definition.ts";
import { formatAddress, isEveryAddress } from "../http/listen_address.ts";
import type { ComponentConfig } from "./load_config.ts";
import type { Problem } from "./problem.ts";

/** An address that a component of the configuration listens on. */
export interface ComponentAddress extends ListeningAddress {
  readonly component: ComponentConfig;
}

/** Where the components listen; those whose arguments are wrong are left out. */
export function listeningAddresses(
  components: readonly ComponentConfig[],
  definitions: readonly ComponentDefinition[],
): ComponentAddress[] {
  return components.flatMap((component) => {
    const definition = definitions.find(({ type }) => type === component.type);
    if (definition?.listensOn === undefined) return [];
    const parsed = v.safeParse(definition.schema, component.source);
    return parsed.success
      ? definition.listensOn(parsed.output).map((address) => ({ ...address, component }))
      : [];
  });
}

/** Addresses that two components, or two parts of one, would listen on. */
export function portProblems(
  components: readonly ComponentConfig[],
  definitions: readonly ComponentDefinition[],
): Problem[] {
  const addresses = listeningAddresses(components, definitions).filter(({ port }) => port !== 0);
  const ports = new Set(addresses.map(({ port }) => port));
  return addresses.flatMap((address, index) => {
    const first = addresses.slice(0, index).find((one) => overlaps(one, address));
    if (first === undefined) return [];
    let free = address.port + 1;
    while (ports.has(free)) free += 1;
    const { type, label, id } = address.component;
    return [
      {
        path: [type, label, ...address.path],
        message: `${first.component.id === id ? "its http block" : first.component.id} listens on ${formatAddress(first.host, first.port)} already`,
        fix: `choose another port, such as listen_port: ${free}`,
      },
    ];
  });
}

function overlaps(one: ListeningAddress, other: ListeningAddress): boolean {
  if (one.port !== other.port) return false;
  return one.host === other.host || isEveryAddress(one.host) || isEveryAddress(other.host);
}
