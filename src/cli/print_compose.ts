import { configPath, deploymentConfig, image, toYaml } from "./deployment.ts";
import { defaultAdmin, defaultListen } from "./first_run.ts";

/** The versions that the file was made for. */
const pyroscopeImage = "docker.io/grafana/pyroscope:2.2.1";
const grafanaImage = "docker.io/grafana/grafana:12.3.1";

const pyroscopePort = 4040;
const grafanaPort = 3000;

/** A Compose file: pyroduct, a Pyroscope that it sends to, and a Grafana that shows what is in there. */
export function composeFile(): string {
  return `# pyroduct with Pyroscope and Grafana on one machine, by Docker Compose 2.23.1 or later:
#   pyroduct print compose > compose.yaml && docker compose up
# Profiles go to http://127.0.0.1:${defaultListen.port}; Grafana shows them at http://127.0.0.1:${grafanaPort}, under Drilldown > Profiles.
${toYaml(compose())}`;
}

function compose(): object {
  return {
    name: "pyroduct",
    services: { pyroduct, pyroscope, grafana },
    configs: {
      pyroduct: {
        content: escaped(toYaml(deploymentConfig(defaultListen.port, `http://pyroscope:${pyroscopePort}`))),
      },
      datasources: { content: escaped(toYaml(datasources)) },
    },
    volumes: { pyroduct: {}, pyroscope: {}, grafana: {} },
  };
}

const pyroduct = {
  image,
  command: [
    "run",
    configPath,
    // Inside the container; outside, the port is this machine's alone.
    `--server.http.listen-addr=:${defaultAdmin.port}`,
  ],
  ports: [loopback(defaultListen.port), loopback(defaultAdmin.port)],
  configs: [{ source: "pyroduct", target: configPath }],
  volumes: ["pyroduct:/home/nonroot"],
  read_only: true,
  cap_drop: ["ALL"],
  security_opt: ["no-new-privileges:true"],
  restart: "unless-stopped",
  depends_on: ["pyroscope"],
};

const pyroscope = {
  image: pyroscopeImage,
  volumes: ["pyroscope:/data"],
  restart: "unless-stopped",
};

const grafana = {
  image: grafanaImage,
  environment: { GF_AUTH_ANONYMOUS_ENABLED: "true", GF_AUTH_ANONYMOUS_ORG_ROLE: "Admin" },
  ports: [loopback(grafanaPort)],
  configs: [{ source: "datasources", target: "/etc/grafana/provisioning/datasources/pyroscope.yaml" }],
  volumes: ["grafana:/var/lib/grafana"],
  restart: "unless-stopped",
  depends_on: ["pyroscope"],
};

const datasources = {
  apiVersion: 1,
  datasources: [
    {
      name: "Pyroscope",
      uid: "pyroscope",
      type: "grafana-pyroscope-datasource",
      url: `http://pyroscope:${pyroscopePort}`,
      isDefault: true,
    },
  ],
};

function loopback(port: number): string {
  return `127.0.0.1:${port}:${port}`;
}

// Compose puts variables in place of what follows a dollar sign.
function escaped(text: string): string {
  return text.replaceAll("$", "$$$$");
}
