import type { PyroductProcess } from "../wire/pyroduct_process.ts";

/** `host:port` where a pyroscope.receive_http says that it listens for gRPC; the latest where it has moved. */
export function grpcAddress(pyroduct: PyroductProcess, componentId: string): string {
  const line = pyroduct.log.findLast(
    ({ msg, protocol, component_id }) =>
      msg === "listening" && protocol === "grpc" && component_id === componentId,
  );
  if (line === undefined) throw new Error(`${componentId} has logged no gRPC listener`);
  return String(line["address"]);
}
