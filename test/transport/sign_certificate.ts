import "reflect-metadata";
import { writeFileSync } from "node:fs";
import * as x509 from "@peculiar/x509";

// A program of its own, since the library signs asynchronously and fixtures are made in one go:
// `bun sign_certificate.ts ORDER`, where ORDER is a CertificateOrder as JSON.

/** A certificate to be made. */
export interface CertificateOrder {
  readonly certFile: string;
  readonly keyFile: string;
  readonly serial: number;
  /** From when to when it holds, in milliseconds since the Unix epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Of the authority that signs; it signs itself where there is none. */
  readonly authority?: { readonly cert: string; readonly key: string };
  /** Such as `DNS:localhost,IP:127.0.0.1`. */
  readonly names?: string;
  readonly usage?: "serverAuth" | "clientAuth";
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

async function make(order: CertificateOrder): Promise<void> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const common = {
    serialNumber: order.serial.toString(16).padStart(2, "0"),
    notBefore: new Date(order.notBeforeMs),
    notAfter: new Date(order.notAfterMs),
    signingAlgorithm: algorithm,
  };
  const certificate =
    order.authority === undefined
      ? await x509.X509CertificateGenerator.createSelfSigned({
          ...common,
          name: "CN=authority",
          keys,
          extensions: [
            new x509.BasicConstraintsExtension(true, undefined, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          ],
        })
      : await x509.X509CertificateGenerator.create({
          ...common,
          subject: "CN=leaf",
          issuer: new x509.X509Certificate(order.authority.cert).subject,
          publicKey: keys.publicKey,
          signingKey: await importKey(order.authority.key),
          extensions: [
            new x509.SubjectAlternativeNameExtension(namesOf(order.names ?? "")),
            new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[order.usage ?? "serverAuth"]]),
            // Authorities share their name: the key tells which of them has signed.
            await x509.AuthorityKeyIdentifierExtension.create(
              new x509.X509Certificate(order.authority.cert).publicKey,
            ),
          ],
        });
  writeFileSync(order.certFile, `${certificate.toString("pem")}\n`);
  writeFileSync(order.keyFile, pem(await crypto.subtle.exportKey("pkcs8", keys.privateKey)), { mode: 0o600 });
}

function namesOf(names: string): x509.JsonGeneralNames {
  return names.split(",").map((name) => {
    const [kind, value = ""] = name.split(/:(.*)/s);
    return { type: kind === "IP" ? "ip" : "dns", value } as const;
  });
}

function importKey(key: string): Promise<CryptoKey> {
  const der = Buffer.from(key.replaceAll(/-----[A-Z ]+-----|\s/g, ""), "base64");
  return crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

function pem(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

const [, , order] = process.argv;
if (import.meta.main && order !== undefined) await make(JSON.parse(order) as CertificateOrder);
