import type { BuildableClient } from "../sdk/build_client.ts";

/** Where a pyroduct listens, each as a base URL. */
export interface Doors {
  readonly main: string;
  readonly mainTls: string;
  readonly grpc: string;
  readonly grpcTls: string;
}

/** One way to call Push. */
export interface Way {
  /** The library, and the protocol where it speaks several. */
  readonly library: string;
  readonly http: "1.1" | "2";
  readonly url: string;
}

/** A program that makes the calls of a plan, and how to build it. */
export interface GrpcClient extends BuildableClient {
  /** The command; the plan's file and the file for the results are to follow. */
  readonly program: readonly string[];
  ways(doors: Doors): readonly Way[];
}

const go: GrpcClient = {
  name: "go",
  pin: { file: "go.mod", pattern: /connectrpc\.com\/(connect v\S+)/ },
  // This also fails where Go is there, but older than go.mod allows.
  probes: [["go", "list", "-m"]],
  build: [["go", "build", "-buildvcs=false", "-o", "client", "."]],
  program: ["./client"],
  ways: (doors) => [
    ...["grpc-go", "connect gRPC"].flatMap((library) => overHttp2(library, [doors.grpc, doors.grpcTls])),
    ...["connect", "connect web"].flatMap((library) => [
      ...[doors.main, doors.mainTls].map((url): Way => ({ library, http: "1.1", url })),
      ...overHttp2(library, [doors.main, doors.mainTls]),
    ]),
  ],
};

const python: GrpcClient = {
  name: "python",
  pin: { file: "requirements.txt", pattern: /(grpcio==\S+)/ },
  probes: [["python3", "-c", "import ensurepip, sys, venv; print(sys.version)"]],
  build: [
    ["python3", "-m", "venv", "--clear", "venv"],
    ["venv/bin/python", "-m", "pip", "install", "--quiet", "--requirement", "requirements.txt"],
  ],
  program: ["venv/bin/python", "main.py"],
  ways: (doors) => overHttp2("grpcio", [doors.grpc, doors.grpcTls]),
};

/** The clients that pyroduct is called with. */
export const grpcClients: readonly GrpcClient[] = [go, python];

function overHttp2(library: string, urls: readonly string[]): Way[] {
  return urls.map((url) => ({ library, http: "2", url }));
}
