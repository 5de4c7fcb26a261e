import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import ipaddr from "ipaddr.js";

// X.509 as far as the tests need it (RFC 5280), since libraries for it sign asynchronously or in a program of their
// own, and fixtures are made in one go, by the dozen.

/** A certificate to be made. */
export interface CertificateOrder {
  /** Below 65536. */
  readonly serial: number;
  /** From when to when it holds, in milliseconds since the Unix epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Of an authority: it signs itself. */
  readonly leaf?: LeafOrder;
}

/** What only a certificate that an authority signs has. */
export interface LeafOrder {
  /** The authority's key, as PEM. */
  readonly authorityKey: string;
  /** Such as `DNS:localhost,IP:127.0.0.1`. */
  readonly names: string;
  readonly usage: "serverAuth" | "clientAuth";
}

/** Tags of ASN.1 (X.690). */
const tag = { boolean: 1, integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, time: 23, sequence: 48, set: 49 };
const contextTag = 0x80;
const constructed = 0x20;

const ecdsaWithSha256 = der(tag.sequence, oid(1, 2, 840, 10045, 4, 3, 2));
const usages = { serverAuth: oid(1, 3, 6, 1, 5, 5, 7, 3, 1), clientAuth: oid(1, 3, 6, 1, 5, 5, 7, 3, 2) };

/** Makes a certificate and its key, both as PEM; both keys are of the curve P-256. */
export function signCertificate(order: CertificateOrder): { readonly cert: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { leaf } = order;
  const content = der(
    tag.sequence,
    der(contextTag | constructed, der(tag.integer, [2])),
    der(tag.integer, [1, order.serial >> 8, order.serial & 0xff]),
    ecdsaWithSha256,
    name("authority"),
    der(tag.sequence, time(order.notBeforeMs), time(order.notAfterMs)),
    name(leaf === undefined ? "authority" : "leaf"),
    publicKey.export({ type: "spki", format: "der" }),
    der(
      contextTag | constructed | 3,
      der(tag.sequence, ...(leaf === undefined ? authorityExtensions(publicKey) : leafExtensions(leaf))),
    ),
  );
  const signature = sign("sha256", content, leaf?.authorityKey ?? privateKey);
  const certificate = der(tag.sequence, content, ecdsaWithSha256, der(tag.bits, [0], signature));
  return {
    cert: pem("CERTIFICATE", certificate),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function authorityExtensions(publicKey: KeyObject): Buffer[] {
  const [basicConstraints, keyUsage, subjectKey] = [19, 15, 14];
  // Bit 5 of KeyUsage, with two bits of its byte unused.
  const signsCertificates = der(tag.bits, [2, 0b100]);
  return [
    extension(basicConstraints, true, der(tag.sequence, der(tag.boolean, [0xff]))),
    extension(keyUsage, true, signsCertificates),
    extension(subjectKey, false, der(tag.octets, keyId(publicKey))),
  ];
}

function leafExtensions({ authorityKey, names, usage }: LeafOrder): Buffer[] {
  const [alternativeName, extendedKeyUsage, authorityKeyId] = [17, 37, 35];
  // Authorities share their name: the key tells which of them has signed.
  const authority = der(contextTag, keyId(createPublicKey(authorityKey)));
  return [
    extension(alternativeName, false, der(tag.sequence, ...names.split(",").map(generalName))),
    extension(extendedKeyUsage, false, der(tag.sequence, usages[usage])),
    extension(authorityKeyId, false, der(tag.sequence, authority)),
  ];
}

function extension(id: number, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [der(tag.boolean, [0xff])] : [];
  return der(tag.sequence, oid(2, 5, 29, id), ...critical, der(tag.octets, value));
}

function generalName(text: string): Buffer {
  const [kind, value = ""] = text.split(/:(.*)/s);
  return kind === "IP"
    ? der(contextTag | 7, ipaddr.parse(value).toByteArray())
    : der(contextTag | 2, Buffer.from(value));
}

function name(commonName: string): Buffer {
  const attribute = der(tag.sequence, oid(2, 5, 4, 3), der(tag.utf8, Buffer.from(commonName)));
  return der(tag.sequence, der(tag.set, attribute));
}

/** The form for years before 2050, which has two digits of them. */
function time(ms: number): Buffer {
  return der(tag.time, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14)}Z`));
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const bytes = rest.flatMap((number) => {
    const digits = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(tag.oid, [first * 40 + second, ...bytes]);
}

/** A value with its tag and length. */
function der(type: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const { length } = content;
  const octets = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from([type, ...(length < 0x80 ? [length] : octets)]), content]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
