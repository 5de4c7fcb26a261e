import { type ComponentDefinition, defineComponent } from "../component/definition.ts";
import { ReceiveHttpComponent } from "./component.ts";
import { type ReceiveHttpArguments, receiveHttpSchema } from "./schema.ts";

/** pyroscope.receive_http: takes profiles over HTTP. */
export const receiveHttpDefinition: ComponentDefinition = defineComponent<ReceiveHttpArguments>({
  type: "pyroscope.receive_http",
  description: "Takes profiles from SDKs and agents over HTTP.",
  schema: receiveHttpSchema,
  isReceiver: false,
  build: (args, context) => new ReceiveHttpComponent(args, context),
});
