import * as v from "valibot";
import { block, byteSize, documented, duration } from "../component/arguments.ts";

/** The arguments of pyroscope.local_store. */
export const localStoreSchema = block({
  max_bytes: documented(v.optional(byteSize(1), "1GiB"), "Bytes of profiles kept; the oldest go first."),
  max_age: documented(v.optional(duration(1), "24h"), "How long a profile is kept."),
});

/** The arguments of pyroscope.local_store, with defaults filled in; durations in milliseconds. */
export type LocalStoreArguments = v.InferOutput<typeof localStoreSchema>;
