import * as v from "valibot";
import { block, documented, filledText, forwardTo, list, mapping, text } from "../component/arguments.ts";

/** The arguments of pyroscope.enrich. */
export const enrichSchema = block({
  forward_to: forwardTo(),
  targets: documented(v.optional(list(mapping(text()))), "Targets, each a mapping of label names to values."),
  targets_files: documented(
    v.optional(list(filledText())),
    "Files of targets in the format of Prometheus' file_sd, JSON (.json) or YAML, read again when they change.",
  ),
  target_match_label: documented(filledText(), "Label of the targets by which they are found."),
  profiles_match_label: documented(
    v.optional(filledText()),
    "Label of the profiles to compare with it; default target_match_label. __meta_client_address is the sender's address.",
  ),
  labels_to_copy: documented(
    v.optional(list(filledText()), []),
    "Labels that a profile gets from its target; all of them where none is named.",
  ),
});

/** The arguments of pyroscope.enrich, with defaults filled in. */
export type EnrichArguments = v.InferOutput<typeof enrichSchema>;
