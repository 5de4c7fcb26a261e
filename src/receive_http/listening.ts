import type { ListeningAddress } from "../component/definition.ts";
import type { ListenAddress } from "../http/listen_address.ts";
import type { ReceiveHttpArguments } from "./schema.ts";

/** Where gRPC is served; undefined where it is not. */
export function grpcAddress({ grpc, http }: ReceiveHttpArguments): ListenAddress | undefined {
  if (grpc === undefined) return undefined;
  const port = grpc.listen_port ?? (http.listen_port === 0 ? 0 : http.listen_port + 1);
  return { host: grpc.listen_address ?? http.listen_address, port };
}

/** Every address that the receiver listens on, with the argument that says so. */
export function listeningAddresses(args: ReceiveHttpArguments): ListeningAddress[] {
  const { listen_address: host, listen_port: port } = args.http;
  const grpc = grpcAddress(args);
  return [
    { path: ["http", "listen_port"], host, port },
    ...(grpc === undefined ? [] : [{ path: ["grpc", "listen_port"], ...grpc }]),
  ];
}
