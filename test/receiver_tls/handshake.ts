import { connect, type SecureVersion } from "node:tls";
import { parseAddress } from "../../src/http/listen_address.ts";

/** How a client shakes hands. */
export interface Handshake {
  /** The one protocol version that it speaks. */
  readonly version: "tls1" | "tls1_1" | "tls1_2" | "tls1_3";
  /** Cipher suites by OpenSSL's names; default all. */
  readonly ciphers?: string;
}

const versions: Readonly<Record<Handshake["version"], SecureVersion>> = {
  tls1: "TLSv1",
  tls1_1: "TLSv1.1",
  tls1_2: "TLSv1.2",
  tls1_3: "TLSv1.3",
};

/** The protocol and the cipher that a server agrees to, such as `TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256`. */
export function agreed(address: string, { version, ciphers }: Handshake): Promise<string> {
  const { host, port } = parseAddress(address) ?? { host: "", port: 0 };
  const [minVersion, maxVersion] = [versions[version], versions[version]];
  return new Promise((resolve) => {
    const socket = connect({
      ...{ host, port, minVersion, maxVersion, rejectUnauthorized: false },
      ...(ciphers === undefined ? {} : { ciphers }),
    });
    const finish = (result: string) => {
      resolve(result);
      socket.destroy();
    };
    socket.setTimeout(10_000, () => finish("no answer"));
    socket.on("secureConnect", () => finish(`${socket.getProtocol()} ${socket.getCipher().name}`));
    socket.on("error", () => finish("refused"));
    socket.on("close", () => finish("refused"));
  });
}
