import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { Clock } from "../../base/clock.ts";
import { systemCodeOf } from "../../base/failure.ts";
import type { ClientTlsOptions } from "../../http/client_tls.ts";
import { inquireHandshake, nodeTlsVersion } from "../../http/tls_handshake.ts";
import { configWords } from "../../write/advice_rule.ts";
import { deliveryAdvice } from "../../write/delivery_advice.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";

/** What TLS is tried with. */
export interface TlsTarget {
  readonly url: URL;
  /** The address that takes connections. */
  readonly address: string;
  readonly tls: ClientTlsOptions;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** A certificate that ends sooner is warned about, in milliseconds. */
const soonMs = 14 * 86_400_000;

/** What a handshake brought. */
interface Handshake {
  readonly version: string;
  readonly certificate: X509Certificate | undefined;
  /** OpenSSL's code of what is wrong with the chain; undefined where it leads to an authority that is trusted. */
  readonly chainProblem: string | undefined;
}

/** Opens TLS, and looks at the server's certificate: who signed it, for what name, until when. */
export async function checkTls(target: TlsTarget): Promise<Finding[]> {
  const { url, tls, clock } = target;
  const handshake = await shakeHands(target);
  if (typeof handshake === "string") {
    const reason = (await inquireHandshake({ url, tls, clock })) ?? `the TLS handshake failed (${handshake})`;
    const delivery = { url: url.href.replace(/\/$/, ""), hasCredentials: true };
    return [
      failed("TLS", reason, deliveryAdvice({ type: "connection", text: reason }, delivery, configWords)),
    ];
  }
  const { version, certificate } = handshake;
  const findings = [ok("TLS", version)];
  if (certificate === undefined) return findings;
  const facts = [
    chainFinding(handshake, certificate),
    nameFinding(target, certificate),
    expiryFinding(certificate, clock),
  ];
  if (tls.rejectUnauthorized) return [...findings, ...facts];
  const bad = facts.filter(({ status }) => status === "failed").map(({ detail }) => detail);
  const detail = `insecure_skip_verify accepts any server${bad.length > 0 ? `, even though ${bad.join("; ")}` : ""}`;
  return [
    ...findings,
    warning(
      "certificate",
      detail,
      "name the authority with tls_config: { ca_file: … } and take insecure_skip_verify out",
    ),
  ];
}

function shakeHands({ url, address, tls, timeoutMs }: TlsTarget): Promise<Handshake | string> {
  const { serverName, minVersion, ...options } = tls;
  const name = nameOf({ url, tls });
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({
      ...options,
      host: address,
      port: url.port === "" ? 443 : Number(url.port),
      ...(isIP(name) === 0 ? { servername: name } : {}),
      minVersion: nodeTlsVersion(minVersion),
      rejectUnauthorized: false,
    });
    const finish = (found: Handshake | string) => {
      clearTimeout(timer);
      resolve(found);
      socket.destroy();
    };
    const timer = setTimeout(() => finish("no answer in time"), timeoutMs);
    socket.on("error", (error) => finish(systemCodeOf(error) ?? "unknown"));
    socket.on("close", () => finish("closed"));
    socket.on("secureConnect", () => {
      const { raw } = socket.getPeerCertificate(false);
      const problem: unknown = socket.authorizationError;
      finish({
        version: socket.getProtocol() ?? "an unknown version",
        certificate: raw === undefined ? undefined : new X509Certificate(raw),
        chainProblem: socket.authorized ? undefined : (systemCodeOf(problem) ?? String(problem)),
      });
    });
  });
}

function nameOf({ url, tls }: Pick<TlsTarget, "url" | "tls">): string {
  return tls.serverName ?? url.hostname.replace(/^\[|\]$/g, "");
}

function chainFinding({ chainProblem }: Handshake, certificate: X509Certificate): Finding {
  const issuer = oneLine(certificate.issuer);
  // When it ends and for whom it is are told of their own.
  if (chainProblem === undefined || /EXPIRED|NOT_YET_VALID|ALTNAME|HOSTNAME/.test(chainProblem)) {
    return ok("chain", `signed by ${issuer}, which is trusted`);
  }
  const isSelfSigned = certificate.issuer === certificate.subject;
  const detail = isSelfSigned
    ? "the certificate has signed itself"
    : `signed by ${issuer}, which is not trusted (${chainProblem})`;
  return failed(
    "chain",
    detail,
    isSelfSigned
      ? "name the certificate itself as the authority: tls_config: { ca_file: … }"
      : "name the authority with tls_config: { ca_file: … }; where it is a public one, let the server send the certificates in between too, as in fullchain.pem",
  );
}

function nameFinding(target: Pick<TlsTarget, "url" | "tls">, certificate: X509Certificate): Finding {
  const name = nameOf(target);
  const names = (certificate.subjectAltName ?? oneLine(certificate.subject))
    .replaceAll("DNS:", "")
    .replaceAll("IP Address:", "");
  const isFor = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  if (isFor !== undefined) return ok("certificate name", `it is for ${names}`);
  return failed(
    "certificate name",
    `it is for ${names}, and not for ${name}`,
    "write one of its names into url, or as tls_config: { server_name: … }, or have a certificate made for this one",
  );
}

/** When a certificate ends, or that it has. */
export function expiryFinding({ validFrom, validTo }: X509Certificate, clock: Clock): Finding {
  const now = clock.wall();
  const leftMs = Date.parse(validTo) - now;
  const end = new Date(validTo).toISOString().slice(0, 10);
  const days = Math.floor(leftMs / 86_400_000);
  if (Date.parse(validFrom) > now) {
    const from = new Date(validFrom).toISOString();
    return failed(
      "expiry",
      `it holds from ${from} on only`,
      "set this machine's clock right, or the one where it was made",
    );
  }
  if (leftMs <= 0) {
    return failed(
      "expiry",
      `it ended on ${end}`,
      "renew the server's certificate, and let the server load it; where it is new already, set this machine's clock right",
    );
  }
  const detail = `it ends on ${end}, in ${days} ${days === 1 ? "day" : "days"}`;
  if (leftMs >= soonMs) return ok("expiry", detail);
  return warning(
    "expiry",
    detail,
    "renew the server's certificate before then, or see whether it renews itself",
  );
}

function oneLine(subject: string): string {
  return subject.replaceAll("\n", ", ");
}
