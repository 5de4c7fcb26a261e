import { join } from "node:path";

/** What a client program is told. */
interface ClientRun {
  /** The base URL that the SDK is configured with. */
  readonly url: string;
  /** The application name. */
  readonly app: string;
  /** How long it runs, in seconds; each has a default. */
  readonly seconds?: number | undefined;
}

/** A small program that uses one SDK, and how to build and start it. */
export interface SdkClient {
  /** Its folder below `clients/`. */
  readonly name: string;
  /** Where the SDK's version is pinned: a file of the client, and a pattern with the version as its group. */
  readonly pin: { readonly file: string; readonly pattern: RegExp };
  /** Commands that succeed, in the client's folder, where the toolchain is there. */
  readonly probes: readonly (readonly string[])[];
  /** Commands that build it, in a copy of the client's folder. */
  readonly build: readonly (readonly string[])[];
  /** The command that runs it, in the folder that it was built in. */
  command(run: ClientRun): readonly string[];
  /** Environment variables for the command. */
  env?(run: ClientRun): Readonly<Record<string, string>>;
}

const SECONDS = 12;
const UPLOAD_INTERVAL_SECONDS = "3";

// A JVM that starts among nine other clients needs longer until its first profile.
const JAVA_SECONDS = 14;

const go: SdkClient = {
  name: "go",
  pin: { file: "go.mod", pattern: /pyroscope-go v(\S+)/ },
  // This also fails where Go is there, but older than go.mod allows.
  probes: [["go", "list", "-m"]],
  build: [["go", "build", "-buildvcs=false", "-o", "client", "."]],
  command: ({ url, app, seconds = SECONDS }) => ["./client", url, app, `${seconds}`, UPLOAD_INTERVAL_SECONDS],
};

const python: SdkClient = {
  name: "python",
  pin: { file: "requirements.txt", pattern: /pyroscope-io==(\S+)/ },
  probes: [["python3", "-c", "import ensurepip, sys, venv; print(sys.version)"]],
  build: [
    ["python3", "-m", "venv", "--clear", "venv"],
    ["venv/bin/python", "-m", "pip", "install", "--quiet", "--requirement", "requirements.txt"],
  ],
  command: ({ url, app, seconds = SECONDS }) => [
    "venv/bin/python",
    "main.py",
    url,
    app,
    `${seconds}`,
    UPLOAD_INTERVAL_SECONDS,
  ],
};

const node: SdkClient = {
  name: "node",
  pin: { file: "package.json", pattern: /"@pyroscope\/nodejs": "([^"]+)"/ },
  probes: [
    ["node", "--version"],
    ["npm", "--version"],
  ],
  build: [["npm", "install", "--prefix", ".", "--no-audit", "--no-fund"]],
  command: ({ url, app, seconds = SECONDS }) => [
    "node",
    "main.js",
    url,
    app,
    `${seconds}`,
    UPLOAD_INTERVAL_SECONDS,
  ],
  env: () => ({ DEBUG: "pyroscope*" }),
};

const java: SdkClient = {
  name: "java",
  pin: { file: "pom.xml", pattern: /<artifactId>agent<\/artifactId>\s*<version>([^<]+)/ },
  probes: [
    ["java", "-version"],
    ["javac", "-version"],
    ["mvn", "--version"],
  ],
  build: [
    ["mvn", "--batch-mode", "--quiet", "dependency:copy-dependencies"],
    ["javac", "-cp", "lib/agent.jar", "Main.java"],
  ],
  command: ({ seconds = JAVA_SECONDS }) => [
    "java",
    "-Xmx128m",
    "-javaagent:lib/agent.jar",
    "-cp",
    ".:lib/agent.jar",
    "Main",
    `${seconds}`,
  ],
  env: ({ url, app }) => ({
    PYROSCOPE_SERVER_ADDRESS: url,
    PYROSCOPE_APPLICATION_NAME: app,
    PYROSCOPE_LABELS: "region=eu-west-1,path=/a/b",
    PYROSCOPE_UPLOAD_INTERVAL: `${UPLOAD_INTERVAL_SECONDS}s`,
    PYROSCOPE_PROFILER_EVENT: "itimer",
    PYROSCOPE_PROFILER_ALLOC: "512k",
    PYROSCOPE_PROFILER_LOCK: "10ms",
    PYROSCOPE_LOG_LEVEL: "info",
  }),
};

const rust: SdkClient = {
  name: "rust",
  pin: { file: "Cargo.toml", pattern: /pyroscope = \{ version = "=([^"]+)"/ },
  probes: [
    ["cargo", "--version"],
    ["cc", "--version"],
  ],
  build: [["cargo", "build", "--quiet", "--target-dir", "target"]],
  command: ({ url, app, seconds = SECONDS }) => [
    join("target", "debug", "pyroduct-sdk-client"),
    url,
    app,
    `${seconds}`,
    UPLOAD_INTERVAL_SECONDS,
  ],
};

/** The SDKs under test. */
export const sdkClients: readonly SdkClient[] = [go, python, node, java, rust];
