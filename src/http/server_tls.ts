import type { TLSSocket } from "node:tls";

/** What is done with a client's certificate that Bun's own server can't do. */
export type ClientCheck = "any" | "if_given";

/** TLS of a server, ready to listen with. */
export interface ServerTls {
  readonly serveOptions: ServeTlsOptions;
  /** Undefined where Bun's server does all that is asked. */
  readonly clientCheck: ClientCheck | undefined;
}

/** TLS as Bun.serve takes it. */
export interface ServeTlsOptions {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
  /** The protocol's own number, 0x0301 for TLS 1.0. */
  readonly minVersion: number;
  readonly ciphers?: string;
}

/** What a server may ask of a client's certificate; the names are Go's. */
export const clientAuthTypes = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "RequireClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;

/** One of the client_auth_type values. */
export type ClientAuthType = (typeof clientAuthTypes)[number];

/** Protocol numbers (RFC 8446, section 4.1.2 and before) by Alloy's names for them. */
export const tlsVersionNumbers = {
  TLS10: 0x0301,
  TLS11: 0x0302,
  TLS12: 0x0303,
  TLS13: 0x0304,
  VersionTLS10: 0x0301,
  VersionTLS11: 0x0302,
  VersionTLS12: 0x0303,
  VersionTLS13: 0x0304,
} as const;

/** One of the names of a TLS version. */
export type TlsVersion = keyof typeof tlsVersionNumbers;

/** Cipher suites by Go's names and OpenSSL's. Those of TLS 1.3 can't be chosen, in Go neither. */
export const cipherSuites: Readonly<Record<string, string>> = {
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
};

/** What a server's TLS is made from. */
export interface ServerTlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
  readonly clientAuthType: ClientAuthType;
  readonly minVersion: TlsVersion;
  readonly cipherSuites: readonly string[];
}

/** Puts a server's TLS together. */
export function serverTls(material: ServerTlsMaterial): ServerTls {
  const { cert, key, clientCa, clientAuthType } = material;
  const asks = clientAuthType !== "NoClientCert";
  const ciphers = material.cipherSuites.map((name) => cipherSuites[name] ?? name).join(":");
  return {
    serveOptions: {
      cert,
      key,
      ...(clientCa === undefined ? {} : { ca: clientCa }),
      ...(asks
        ? { requestCert: true, rejectUnauthorized: clientAuthType === "RequireAndVerifyClientCert" }
        : {}),
      minVersion: tlsVersionNumbers[material.minVersion],
      ...(ciphers === "" ? {} : { ciphers }),
    },
    clientCheck: clientChecks[clientAuthType],
  };
}

const clientChecks: Readonly<Record<ClientAuthType, ClientCheck | undefined>> = {
  NoClientCert: undefined,
  RequestClientCert: undefined,
  RequireAnyClientCert: "any",
  RequireClientCert: "any",
  VerifyClientCertIfGiven: "if_given",
  RequireAndVerifyClientCert: undefined,
};

/** The same TLS as node:tls takes it. The client's certificate is then for `isClientRefused` to judge. */
export function nodeTlsOptions({ serveOptions }: ServerTls) {
  const { minVersion, ...options } = serveOptions;
  return { ...options, minVersion: nodeVersions[minVersion] ?? "TLSv1.2" };
}

const nodeVersions: Readonly<Record<number, "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3">> = {
  769: "TLSv1",
  770: "TLSv1.1",
  771: "TLSv1.2",
  772: "TLSv1.3",
};

/** Whether a client must go for want of a certificate, or for the one it has. */
export function isClientRefused(socket: TLSSocket, { clientCheck }: ServerTls): boolean {
  const hasCertificate = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
  return hasCertificate ? clientCheck === "if_given" && !socket.authorized : clientCheck === "any";
}

/** Why a text is no PEM certificate; undefined where it is one. */
export function certificateProblem(pem: string): string | undefined {
  try {
    const { X509Certificate } = process.getBuiltinModule("node:crypto");
    new X509Certificate(pem);
    return undefined;
  } catch {
    return "holds no PEM certificate";
  }
}

/** Why a key does not go with a certificate; undefined where it does. Never shows the key. */
export function keyProblem(keyPem: string, certPem: string): string | undefined {
  try {
    const { createPrivateKey, X509Certificate } = process.getBuiltinModule("node:crypto");
    const key = createPrivateKey(keyPem);
    return new X509Certificate(certPem).checkPrivateKey(key)
      ? undefined
      : "does not belong to the certificate";
  } catch {
    return "holds no PEM private key";
  }
}
