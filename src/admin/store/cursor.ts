import { CodedError } from "../../base/failure.ts";
import type { ListPlace } from "../../local_store/profile_reader.ts";

/** Writes a place in a list, to go on after it, and reads it back. */
export const Cursor = {
  format({ receivedAt, id }: ListPlace): string {
    return `${receivedAt.toString(36)}_${id}`;
  },

  /** @throws CodedError where the text is none of those that `format` writes. */
  parse(text: string): ListPlace {
    const match = /^([0-9a-z]{1,11})_([0-9a-zA-Z-]{1,64})$/.exec(text);
    const receivedAt = Number.parseInt(match?.[1] ?? "", 36);
    if (!Number.isSafeInteger(receivedAt))
      throw new CodedError("invalid_argument", "the cursor is none of ours");
    return { receivedAt, id: match?.[2] ?? "" };
  },
};
