import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** A span as a collector gets it. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where it has no parent. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: "server" | "client" | "other";
  readonly attributes: Attributes;
  /** Attributes of the process that recorded it. */
  readonly resource: Attributes;
  readonly isError: boolean;
  readonly message: string;
  readonly milliseconds: number;
}

/** Attributes by their keys. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

type Field = number | bigint | Uint8Array;

const kinds: Readonly<Record<number, CollectedSpan["kind"]>> = { 2: "server", 3: "client" };
const errorCode = 2;

/**
 * The spans of an ExportTraceServiceRequest; the numbers are those of
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto.
 */
export function decodeSpans(message: Uint8Array): CollectedSpan[] {
  return messages(fieldsOf(message), 1).flatMap((resourceSpans) => {
    const resource = attributesOf(messages(resourceSpans, 1)[0] ?? new Map(), 1);
    return messages(resourceSpans, 2).flatMap((scopeSpans) =>
      messages(scopeSpans, 2).map((span) => spanOf(span, resource)),
    );
  });
}

function spanOf(span: Fields, resource: Attributes): CollectedSpan {
  const status = messages(span, 15)[0] ?? new Map();
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: kinds[Number(first(span, 6))] ?? "other",
    attributes: attributesOf(span, 9),
    resource,
    isError: Number(first(status, 3)) === errorCode,
    message: text(status, 2),
    milliseconds: Number(BigInt(first(span, 8) as bigint) - BigInt(first(span, 7) as bigint)) / 1e6,
  };
}

function attributesOf(owner: Fields, number: number): Attributes {
  const pairs = messages(owner, number).map((pair) => {
    const value = messages(pair, 2)[0] ?? new Map();
    return [text(pair, 1), scalarOf(value)] as const;
  });
  return Object.fromEntries(pairs);
}

function scalarOf(value: Fields): string | number | boolean {
  if (value.has(2)) return Number(first(value, 2)) === 1;
  return value.has(3) ? Number(first(value, 3)) : text(value, 1);
}

type Fields = ReadonlyMap<number, readonly Field[]>;

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Field[]>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    values.push(fieldOf(reader, wireType));
  }
  return fields;
}

function fieldOf(reader: BinaryReader, wireType: WireType): Field {
  switch (wireType) {
    case WireType.Varint:
      return BigInt(reader.uint64());
    case WireType.Bit64:
      return BigInt(reader.fixed64());
    case WireType.Bit32:
      return reader.fixed32();
    case WireType.LengthDelimited:
      return reader.bytes();
    default:
      throw new Error(`no OTLP message has the wire type ${wireType}`);
  }
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).map((field) => fieldsOf(field as Uint8Array));
}

function first(fields: Fields, number: number): Field {
  return fields.get(number)?.[0] ?? 0n;
}

function text(fields: Fields, number: number): string {
  return new TextDecoder().decode((fields.get(number)?.[0] ?? new Uint8Array()) as Uint8Array);
}

function hex(fields: Fields, number: number): string {
  return Buffer.from((fields.get(number)?.[0] ?? new Uint8Array()) as Uint8Array).toString("hex");
}
