/** How to make programs of one kind send profiles. */
export interface Snippet {
  /** The language, as people call it. */
  readonly name: string;
  /** What must be installed first; empty where nothing must. */
  readonly install: string;
  readonly code: string;
}

/**
 * Lines to copy for each SDK, sending to `url`, as their documentation has them
 * (https://grafana.com/docs/pyroscope/latest/configure-client/).
 *
 * @param url such as `http://127.0.0.1:4040`, without a slash at its end.
 */
export function snippetsFor(url: string): readonly Snippet[] {
  return [
    {
      name: "Go",
      install: "go get github.com/grafana/pyroscope-go",
      code: `import "github.com/grafana/pyroscope-go"

pyroscope.Start(pyroscope.Config{
	ApplicationName: "my.app",
	ServerAddress:   "${url}",
})`,
    },
    {
      name: "Java",
      install: "curl -LO https://github.com/grafana/pyroscope-java/releases/latest/download/pyroscope.jar",
      code: `PYROSCOPE_APPLICATION_NAME=my.app \\
PYROSCOPE_SERVER_ADDRESS=${url} \\
java -javaagent:pyroscope.jar -jar app.jar`,
    },
    {
      name: "Python",
      install: "pip install pyroscope-io",
      code: `import pyroscope

pyroscope.configure(
    application_name="my.app",
    server_address="${url}",
)`,
    },
    {
      name: "Node.js",
      install: "npm install @pyroscope/nodejs",
      code: `const Pyroscope = require("@pyroscope/nodejs");

Pyroscope.init({ appName: "my.app", serverAddress: "${url}" });
Pyroscope.start();`,
    },
    {
      name: "Rust",
      install: "cargo add pyroscope --features backend-pprof-rs",
      code: `use pyroscope::backend::{pprof_backend, BackendConfig, PprofConfig};
use pyroscope::pyroscope::PyroscopeAgentBuilder;

let backend = pprof_backend(PprofConfig::default(), BackendConfig::default());
let agent = PyroscopeAgentBuilder::new("${url}", "my.app", 100, "pyroscope-rs", "2.0", backend)
    .build()?;
let running = agent.start()?;`,
    },
    {
      name: "Ruby",
      install: "bundle add pyroscope",
      code: `require "pyroscope"

Pyroscope.configure do |config|
  config.application_name = "my.app"
  config.server_address = "${url}"
end`,
    },
    {
      name: ".NET",
      install: "",
      code: `# The two libraries: https://github.com/grafana/pyroscope-dotnet/releases
PYROSCOPE_APPLICATION_NAME=my.app \\
PYROSCOPE_SERVER_ADDRESS=${url} \\
PYROSCOPE_PROFILING_ENABLED=1 \\
CORECLR_ENABLE_PROFILING=1 \\
CORECLR_PROFILER={BD1A650D-AC5D-4896-B64F-D6FA25D6B26A} \\
CORECLR_PROFILER_PATH=Pyroscope.Profiler.Native.so \\
LD_PRELOAD=Pyroscope.Linux.ApiWrapper.x64.so \\
dotnet app.dll`,
    },
    {
      name: "eBPF, through Alloy",
      install: "",
      code: `discovery.process "all" { }

pyroscope.ebpf "default" {
  targets    = discovery.process.all.targets
  forward_to = [pyroscope.write.default.receiver]
}

pyroscope.write "default" {
  endpoint {
    url = "${url}"
  }
}`,
    },
    {
      name: "curl",
      install: "",
      code: `curl --data-binary @cpu.pprof "${url}/ingest?name=my.app&format=pprof"`,
    },
  ];
}
