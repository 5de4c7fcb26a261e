import { gunzipSync } from "node:zlib";
import { formatByteSize } from "../../base/byte_size.ts";
import { CodedError, systemCodeOf } from "../../base/failure.ts";
import { isGzip, profileFormatOf } from "../../profile/profile_format.ts";
import { type JfrSummary, readJfr } from "./jfr_summary.ts";
import { type PprofSummary, readPprof } from "./pprof_summary.ts";

/** The formats that a file may have. */
export const profileFormats = ["pprof", "jfr", "folded"] as const;

/** One of them. */
export type ProfileFormat = (typeof profileFormats)[number];

/** A profile as it lies in a file, and what it says of itself. */
export type FileContent =
  | { readonly format: "pprof"; readonly bytes: Uint8Array; readonly summary: PprofSummary }
  | { readonly format: "jfr"; readonly bytes: Uint8Array; readonly summary: JfrSummary }
  /** Text, not compressed. */
  | { readonly format: "folded"; readonly bytes: Uint8Array };

/** How large a profile may become when it is decompressed; the largest that pyroduct takes by default is a quarter. */
const maxBytes = 256 * 2 ** 20;

/**
 * Tells by the content what a file is, or makes sure that it is what it is said to be.
 *
 * @param bytes the file as it is, gzipped or not.
 * @throws CodedError `invalid_argument` where it is none of the formats, with what it looks like and what to do.
 */
export function readContent(bytes: Uint8Array, expected: ProfileFormat | undefined): FileContent {
  if (bytes.byteLength === 0) throw wrong("it is empty: the profiler wrote nothing, or was not done yet");
  const plain = isGzip(bytes) ? decompressed(bytes) : bytes;
  const found = contentOf(bytes, plain);
  if (found === undefined) throw wrong(whatElse(plain, expected));
  if (expected !== undefined && found.format !== expected) {
    throw wrong(`it is ${found.format}, and --format says ${expected}: leave --format out`);
  }
  return found;
}

function contentOf(bytes: Uint8Array, plain: Uint8Array): FileContent | undefined {
  switch (profileFormatOf(plain)) {
    case "pprof": {
      const summary = readPprof(plain);
      return summary && { format: "pprof", bytes, summary };
    }
    case "jfr": {
      const summary = readJfr(plain);
      return summary && { format: "jfr", bytes, summary };
    }
    case "folded":
      return { format: "folded", bytes: plain };
    default:
      return undefined;
  }
}

function decompressed(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ERR_BUFFER_TOO_LARGE") {
      throw wrong(
        `it is larger than ${formatByteSize(maxBytes)} when it is decompressed: send a shorter profile`,
      );
    }
    throw wrong("it is damaged or cut off: it begins like gzip, and can't be decompressed. Make it anew");
  }
}

function whatElse(bytes: Uint8Array, expected: ProfileFormat | undefined): string {
  const text = textOf(bytes.subarray(0, 64 * 1024));
  if (expected !== undefined)
    return `it is not ${expected}, as --format says, nor anything else that is known`;
  if (text === undefined) return "its format is not known: pprof, JFR and folded stacks are";
  if (/^(?:heap|goroutine|threadcreate|block|mutex)(?: profile)?:|^--- \w+:/.test(text)) {
    return "it is pprof's text for people: fetch it without ?debug=1";
  }
  if (/^\s*[{[]/.test(text))
    return "it is JSON, such as speedscope's or V8's: export it as pprof or folded stacks";
  if (/^\s*<(?:!doctype|html|\?xml|svg)/i.test(text)) return "it is a web page or a picture, and no profile";
  if (/cycles|cpu-clock|task-clock/.test(text))
    return "it is the output of perf script: pass it through stackcollapse-perf.pl";
  return "it is text, and not all of its lines are stacks with a count, such as main;work 12";
}

// A zero byte, or what is no UTF-8, makes it no text; at the end of a piece a character may be cut in two.
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

function wrong(problem: string): CodedError {
  return new CodedError("invalid_argument", problem);
}
