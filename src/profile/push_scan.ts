import { fromBinary } from "@bufbuild/protobuf";
import { Lru } from "../base/lru.ts";
import { RawProfileSeriesSchema } from "../gen/push/v1/push_pb.ts";
import type { LabelSet } from "./label_set.ts";
import type { PushProfile, Sample, Series } from "./profile.ts";
import { labelsOf } from "./push_wire.ts";

/** Keys of length-delimited fields: number << 3 | 2 (https://protobuf.dev/programming-guides/encoding/). */
const field1 = 0x0a;
const field2 = 0x12;

/** How many label sets are remembered: about ten for each sender of one instance. */
const maxLabelSets = 16_384;

/** Longer ones, in bytes as they are encoded, are read each time: they are rare, and would fill the memory. */
const longestLabels = 1024;

const noBytes = new Uint8Array(0);
const noAnnotations: Series["annotations"] = [];

/** Instead of a place: there is no such field, or it is cut off. */
const broken = -1;

/**
 * Reads Push messages of the form that SDKs send, without copying a profile: labels first, then samples, nothing
 * unusual. Label sets that came before are not read again: the very same set is yielded.
 *
 * With protobuf-es alone a message of ten series of 10 KB cost 406 µs of CPU, with this 163 µs. What is not of that
 * form is left to protobuf-es, so that there is one opinion of what a message says.
 */
export class PushScanner {
  readonly #labelSets = new Lru<string, LabelSet>(maxLabelSets);

  /** @returns undefined where the message is broken or of another form. */
  scan(message: Uint8Array): PushProfile | undefined {
    return new MessageScan(message, (text) => this.#labelsIn(text)).series();
  }

  /** @returns undefined where they are broken. */
  #labelsIn(text: string): LabelSet | undefined {
    const known = this.#labelSets.get(text);
    if (known !== undefined) return known;
    try {
      const encoded = Buffer.from(text, "latin1");
      const labels = labelsOf(fromBinary(RawProfileSeriesSchema, encoded, { readUnknownFields: false }));
      if (encoded.byteLength <= longestLabels) this.#labelSets.set(text, labels);
      return labels;
    } catch {
      return undefined;
    }
  }
}

/** Decodes the labels of a series; `text` has a character for each of their bytes. */
type DecodeLabels = (text: string) => LabelSet | undefined;

/** A sample whose id is read where somebody asks for it, which hardly anybody does. */
class ScannedSample implements Sample {
  readonly rawProfile: Uint8Array;
  readonly #message: Buffer;
  readonly #idStart: number;
  readonly #idEnd: number;

  /** The id lies in the message as ASCII. */
  constructor(rawProfile: Uint8Array, message: Buffer, idStart: number, idEnd: number) {
    this.rawProfile = rawProfile;
    this.#message = message;
    this.#idStart = idStart;
    this.#idEnd = idEnd;
  }

  get id(): string {
    return this.#message.toString("latin1", this.#idStart, this.#idEnd);
  }
}

/** One way through one message. */
class MessageScan {
  readonly #bytes: Buffer;
  readonly #decodeLabels: DecodeLabels;
  /** The next byte to look at. */
  #at = 0;

  constructor(message: Uint8Array, decodeLabels: DecodeLabels) {
    this.#bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    this.#decodeLabels = decodeLabels;
  }

  series(): PushProfile | undefined {
    const series: Series[] = [];
    const end = this.#bytes.byteLength;
    while (this.#at < end) {
      const seriesEnd = this.#enter(field1, end);
      const one = seriesEnd === broken ? undefined : this.#oneSeries(seriesEnd);
      if (one === undefined) return undefined;
      series.push(one);
    }
    return { kind: "push", series };
  }

  #oneSeries(end: number): Series | undefined {
    const start = this.#at;
    while (this.#at < end && this.#bytes[this.#at] === field1) {
      const labelEnd = this.#enter(field1, end);
      if (labelEnd === broken) return undefined;
      this.#at = labelEnd;
    }
    const content = this.#at;
    const text = this.#bytes.toString("latin1", start, content);
    const labels = this.#decodeLabels(text);
    if (labels === undefined) return undefined;
    const samples: Sample[] = [];
    while (this.#at < end) {
      const sampleEnd = this.#enter(field2, end);
      const sample = sampleEnd === broken ? undefined : this.#sample(sampleEnd);
      if (sample === undefined) return undefined;
      samples.push(sample);
    }
    return { labels, samples, annotations: noAnnotations, encoded: this.#slice(content, end) };
  }

  #sample(end: number): Sample | undefined {
    let rawProfile = noBytes;
    // The profile comes first, and neither comes twice.
    if (this.#at < end && this.#bytes[this.#at] === field1) {
      const profileEnd = this.#enter(field1, end);
      if (profileEnd === broken) return undefined;
      rawProfile = this.#slice(this.#at, profileEnd);
      this.#at = profileEnd;
    }
    let idStart = end;
    if (this.#at < end) {
      const idEnd = this.#enter(field2, end);
      if (idEnd === broken || !this.#isAscii(idEnd)) return undefined;
      idStart = this.#at;
      this.#at = idEnd;
    }
    return this.#at === end ? new ScannedSample(rawProfile, this.#bytes, idStart, end) : undefined;
  }

  #isAscii(end: number): boolean {
    for (let at = this.#at; at < end; at += 1) {
      if ((this.#bytes[at] ?? 0) > 0x7f) return false;
    }
    return true;
  }

  #slice(start: number, end: number): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset } = this.#bytes;
    return new Uint8Array(buffer as ArrayBuffer, byteOffset + start, end - start);
  }

  /** Goes into the field of this key that is here; yields where it ends, which `end` bounds, or `broken`. */
  #enter(key: number, end: number): number {
    if (this.#bytes[this.#at] !== key) return broken;
    this.#at += 1;
    const length = this.#varint(end);
    return length === broken || this.#at + length > end ? broken : this.#at + length;
  }

  /** A length of at most four bytes, which is more than a body may have. */
  #varint(end: number): number {
    let value = 0;
    for (let shift = 0; shift < 28 && this.#at < end; shift += 7) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return broken;
  }
}
