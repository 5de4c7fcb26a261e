import { componentDefinitions } from "../../src/components.ts";
import type { ConfigSource } from "../../src/controller/config_source.ts";
import { Controller } from "../../src/controller/controller.ts";
import type { ShardCalls } from "../../src/controller/shard.ts";
import { InProcessSlot } from "../../src/controller/shard_slot.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { StubShard } from "./stub_shard.ts";

/** A configuration that the test can change, as a file would. */
export class MemorySource implements ConfigSource {
  readonly name = "pyroduct.yaml";
  readonly isFile = true;
  text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(): string {
    return this.text;
  }
}

/** A controller over shards that run nothing, unless others are given. */
export class ControllerBed {
  readonly source: MemorySource;
  readonly log = new RecordedLog();
  readonly clock = new FakeClock();
  readonly stub = new StubShard();
  readonly controller: Controller;

  constructor(text: string, shards?: readonly ShardCalls[]) {
    this.source = new MemorySource(text);
    this.controller = new Controller({
      source: this.source,
      definitions: componentDefinitions,
      environment: {},
      slots: (shards ?? [this.stub]).map((shard) => new InProcessSlot(shard, this.clock, this.log)),
      clock: this.clock,
      log: this.log,
      processMetrics: async () => [],
    });
  }
}

/** A pyroscope.write by this label. */
export function writeConfig(label: string): string {
  return `pyroscope.write: {${label}: {endpoint: {url: http://127.0.0.1:1}}}\n`;
}
