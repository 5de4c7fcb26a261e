import type { EdgeRate, EndpointRate, FlowRates } from "../../api/flow.ts";

/** Rates, to be found by what they are of. */
export interface RateTable {
  readonly edges: ReadonlyMap<string, EdgeRate>;
  readonly endpoints: ReadonlyMap<string, EndpointRate>;
}

/** Before anything has been measured. */
export const noRates: RateTable = { edges: new Map(), endpoints: new Map() };

export function edgeKey(from: string, to: string): string {
  return `${from} ${to}`;
}

export function endpointKey(component: string, endpoint: string): string {
  return `${component} ${endpoint}`;
}

/** Makes rates easy to find. */
export function tabulateRates({ edges, endpoints }: FlowRates): RateTable {
  return {
    edges: new Map(edges.map((edge) => [edgeKey(edge.from, edge.to), edge])),
    endpoints: new Map(endpoints.map((one) => [endpointKey(one.component, one.endpoint), one])),
  };
}

/** What a component hands on or sends in a second, in all. */
export function outgoing(
  { edges, endpoints }: RateTable,
  component: string,
): { profiles: number; bytes: number } {
  let profiles = 0;
  let bytes = 0;
  for (const rate of edges.values()) {
    if (rate.from !== component) continue;
    profiles += rate.profiles_per_second;
    bytes += rate.bytes_per_second;
  }
  for (const rate of endpoints.values()) {
    if (rate.component !== component) continue;
    profiles += rate.profiles_per_second;
    bytes += rate.bytes_per_second;
  }
  return { profiles, bytes };
}
