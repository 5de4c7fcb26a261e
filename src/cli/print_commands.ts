import { Argument, type Command, InvalidArgumentError } from "commander";
import { CodedError } from "../base/failure.ts";
import { alertsFile } from "./print_alerts.ts";
import { completion, type Shell, shells } from "./print_completion.ts";
import { composeFile } from "./print_compose.ts";
import { dashboard } from "./print_dashboard.ts";
import { dockerfile } from "./print_dockerfile.ts";
import { helmChart } from "./print_helm.ts";
import { type KubernetesOptions, kubernetesDefaults, kubernetesManifests } from "./print_kubernetes.ts";
import { reference } from "./print_reference.ts";
import { jsonSchema } from "./print_schema.ts";
import { type SystemdOptions, systemdDefaults, systemdUnit } from "./print_systemd.ts";

/** Adds `print` with everything that it prints; each is made from what the rest of the program goes by. */
export function addPrint(program: Command): void {
  const print = program.command("print").description("print something made from what pyroduct knows");
  const add = (name: string, description: string) => print.command(name).description(description);

  add("schema", "the JSON Schema of the configuration").action(() => writeJson(jsonSchema()));
  add("reference", "every component with its arguments, as Markdown").action(() => writeOut(reference()));

  add("systemd", "a unit for systemd, hardened")
    .option("--executable <file>", "where pyroduct is", toUnitPath, systemdDefaults.executable)
    .option("--config <file>", "where its configuration is", toUnitPath, systemdDefaults.config)
    .action((options: SystemdOptions) => writeOut(systemdUnit(options)));

  addKubernetes(add("kubernetes", "objects for Kubernetes"));

  add("helm", "a Helm chart of the same objects, as an archive").action(async () => {
    refuseTerminal();
    writeOut(await helmChart());
  });
  add("compose", "a Compose file with Pyroscope and Grafana").action(() => writeOut(composeFile()));
  add("dockerfile", "a Dockerfile").action(() => writeOut(dockerfile()));
  add("dashboard", "a dashboard for Grafana").action(async () => writeJson(await dashboard()));
  add("alerts", "alerts for Prometheus").action(async () => writeOut(await alertsFile()));

  add("completion", "completion for a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action((shell: Shell) => writeOut(completion(program, shell)));
}

function addKubernetes(command: Command): void {
  const { name, namespace, image, replicas, maxReplicas, storage, forwardTo } = kubernetesDefaults;
  command
    .option("--name <name>", "the name of every object", toName, name)
    .option("--namespace <name>", "the namespace", toName, namespace)
    .option("--image <image>", "the image", image)
    .option("--replicas <number>", "how many pods there are at least", toCount, replicas)
    .option("--max-replicas <number>", "how many pods there are at most", toCount, maxReplicas)
    .option("--persistent", "keep what is on a pod's disk when the pod goes", kubernetesDefaults.persistent)
    .option("--storage <size>", "how much a pod may keep on disk", toQuantity, storage)
    .option("--forward-to <url>", "the Pyroscope to send to", toUrl, forwardTo)
    .action((options: KubernetesOptions) => {
      if (options.maxReplicas < options.replicas)
        throw new CodedError("invalid_argument", "--max-replicas must be at least --replicas");
      writeOut(kubernetesManifests(options));
    });
}

// A label's value, which every name of an object is used as (RFC 1123).
function toName(text: string): string {
  if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
    throw new InvalidArgumentError("Expected up to 63 small letters, digits and dashes, such as pyroduct.");
  }
  return text;
}

// What systemd takes as it stands: no space, quote, variable or specifier.
function toUnitPath(text: string): string {
  if (!/^\/[\w./@+:-]+$/.test(text)) {
    throw new InvalidArgumentError("Expected an absolute path of letters, digits and ./@+:-_ alone.");
  }
  return text;
}

// A quantity of Kubernetes' that makes sense for storage.
function toQuantity(text: string): string {
  if (!/^[1-9]\d*([KMGT]i?)?$/.test(text)) throw new InvalidArgumentError("Expected a size, such as 2Gi.");
  return text;
}

function toUrl(text: string): string {
  if (!/^https?:\/\/[^/]/.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError("Expected an http or https URL, such as http://pyroscope:4040.");
  }
  return text;
}

function toCount(text: string): number {
  const count = Number(text);
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("Expected a whole number of at least 1.");
  return count;
}

function writeOut(content: string | Uint8Array): void {
  process.stdout.write(content);
}

function writeJson(value: unknown): void {
  writeOut(`${JSON.stringify(value, null, 2)}\n`);
}

function refuseTerminal(): void {
  if (process.stdout.isTTY) {
    throw new CodedError("invalid_argument", "an archive is no text: pyroduct print helm > pyroduct.tgz");
  }
}
