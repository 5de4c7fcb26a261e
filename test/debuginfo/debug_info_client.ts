import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createClient } from "@connectrpc/connect";
import {
  type CommonTransportOptions,
  type Compression,
  createFetchClient,
} from "@connectrpc/connect/protocol";
import { createTransport as createConnectTransport } from "@connectrpc/connect/protocol-connect";
import { createTransport as createGrpcWebTransport } from "@connectrpc/connect/protocol-grpc-web";
import { DebuginfoService } from "../../src/gen/debuginfo/v1alpha1/debuginfo_pb.ts";

const zipped = promisify(gzip);

const gzipCompression: Compression = {
  name: "gzip",
  compress: async (bytes) => new Uint8Array(await zipped(bytes)),
  decompress: async (bytes) => Bun.gunzipSync(new Uint8Array(bytes)),
};

/** How a client may speak. */
export const dialects = ["connect", "connect json", "connect gzip", "grpc-web", "grpc-web gzip"] as const;

/** connect-es's own client of the service at `host:port`. */
export function clientOf(address: string, dialect: (typeof dialects)[number]) {
  const options: CommonTransportOptions = {
    baseUrl: `http://${address}`,
    httpClient: createFetchClient(fetch),
    useBinaryFormat: !dialect.includes("json"),
    interceptors: [],
    acceptCompression: [gzipCompression],
    sendCompression: dialect.includes("gzip") ? gzipCompression : null,
    compressMinBytes: 0,
    readMaxBytes: 1_000_000,
    writeMaxBytes: 1_000_000,
  };
  const create = dialect.startsWith("grpc-web") ? createGrpcWebTransport : createConnectTransport;
  return createClient(DebuginfoService, create(options));
}
