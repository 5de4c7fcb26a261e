import type { ComponentDefinition } from "./component/definition.ts";
import { enrichDefinition } from "./enrich/definition.ts";
import { localStoreDefinition } from "./local_store/definition.ts";
import { receiveHttpDefinition } from "./receive_http/definition.ts";
import { relabelDefinition } from "./relabel/definition.ts";
import { writeDefinition } from "./write/definition.ts";

/** Every kind of component there is; the only place that knows them all. */
export const componentDefinitions: readonly ComponentDefinition[] = [
  receiveHttpDefinition,
  relabelDefinition,
  enrichDefinition,
  writeDefinition,
  localStoreDefinition,
];
