import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

const captures = join(import.meta.dir, "..", "..", "wire", "captures");

function capture(name: string): Buffer {
  return readFileSync(join(captures, name));
}

/** A CPU profile of Node's SDK: gzipped pprof. */
export const nodePprof: Uint8Array = capture("pyroscope-nodejs/0000.body");

/** Folded stacks. */
export const folded: Uint8Array = capture("curl-folded/0000.body");

/** The part `jfr` of a request of the Java agent, as it is: gzipped. */
export const javaJfr: Uint8Array = partNamed(capture("pyroscope-java/0000.body"), "jfr");

/** The same recording, decompressed. */
export const plainJfr: Uint8Array = gunzipSync(javaJfr);

/** A part of a multipart body. */
export function partNamed(body: Buffer, name: string): Uint8Array {
  const boundary = body.subarray(0, body.indexOf("\r\n"));
  const head = body.indexOf(`name="${name}"`);
  const start = body.indexOf("\r\n\r\n", head) + 4;
  return body.subarray(start, body.indexOf(Buffer.concat([Buffer.from("\r\n"), boundary]), start));
}

/** A pprof profile with these types of samples and nothing else, not compressed. */
export function pprofOf(sampleTypes: readonly string[], startMs = 0, durationMs = 0): Uint8Array {
  const writer = new BinaryWriter();
  sampleTypes.forEach((_, index) => {
    const type = new BinaryWriter()
      .tag(1, WireType.Varint)
      .int64(index + 1)
      .finish();
    writer.tag(1, WireType.LengthDelimited).bytes(type);
  });
  for (const text of ["", ...sampleTypes]) writer.tag(6, WireType.LengthDelimited).string(text);
  writer.tag(9, WireType.Varint).int64(BigInt(startMs) * 1_000_000n);
  writer.tag(10, WireType.Varint).int64(BigInt(durationMs) * 1_000_000n);
  return writer.finish();
}
