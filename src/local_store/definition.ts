import { type ComponentDefinition, defineComponent } from "../component/definition.ts";
import { LocalStoreComponent } from "./component.ts";
import { type LocalStoreArguments, localStoreSchema } from "./schema.ts";

/** pyroscope.local_store: keeps profiles on this machine. */
export const localStoreDefinition: ComponentDefinition = defineComponent<LocalStoreArguments>({
  type: "pyroscope.local_store",
  description: "Keeps profiles on this machine, to be looked at.",
  schema: localStoreSchema,
  isReceiver: true,
  build: (args, context) => new LocalStoreComponent(args, context),
});
