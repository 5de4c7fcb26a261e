import type { CodedError } from "../../src/base/failure.ts";
import { inProcessChannel, type MessageChannel } from "../../src/controller/message_channel.ts";
import type { ShardCalls } from "../../src/controller/shard.ts";
import { serveShard } from "../../src/controller/shard_server.ts";
import type { WorkerProcess } from "../../src/controller/worker_process.ts";
import type { WorkerSettings } from "../../src/controller/worker_settings.ts";
import { WorkerSlot } from "../../src/controller/worker_slot.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { StubShard } from "./stub_shard.ts";

/** A process that is none: a shard at the other end of a channel, which ends when the test says so. */
export class FakeWorker implements WorkerProcess {
  readonly channel: MessageChannel;
  readonly shard = new StubShard();
  readonly log = new RecordedLog();
  readonly #end = Promise.withResolvers<string>();
  readonly #own: MessageChannel;
  readonly pid: number;
  /** What it was told at its start. */
  settings: WorkerSettings | undefined;
  isLetGo = false;
  isKilled = false;

  constructor(pid: number) {
    this.pid = pid;
    const [controllerEnd, own] = inProcessChannel();
    this.#own = own;
    this.channel = { ...bound(controllerEnd), onClose: (told) => void this.#end.promise.then(told) };
  }

  get ended(): Promise<string> {
    return this.#end.promise;
  }

  /** Says that it is there, takes its settings, and says that it is ready. */
  becomeReady(shard: ShardCalls = this.shard): void {
    this.#own.onMessage((message) => {
      ({ settings: this.settings } = message as { settings: WorkerSettings });
      serveShard(this.#own, shard, this.log);
      this.#own.send({ type: "ready" });
    });
    this.#own.send({ type: "hello" });
  }

  /** Says something that is no word of the protocol. */
  babble(): void {
    this.#own.send({ type: "nonsense", secret: "hunter2" });
  }

  /** Ends in this way. */
  end(how: string): void {
    this.#end.resolve(how);
  }

  letGo(): void {
    this.isLetGo = true;
    this.end("exit status 0");
  }

  kill(): void {
    this.isKilled = true;
    this.end("SIGKILL");
  }
}

function bound(channel: MessageChannel): Omit<MessageChannel, "onClose"> {
  return {
    send: (message) => channel.send(message),
    onMessage: (receive) => channel.onMessage(receive),
  };
}

/** The place of a worker whose processes are none, on a clock that stands still. */
export class WorkerBed {
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly workers: FakeWorker[] = [];
  /** The shards that were given the configuration in use, in their order. */
  readonly configured: ShardCalls[] = [];
  /** Thrown where a shard is to be given the configuration. */
  failure: CodedError | undefined;
  /** Whether processes become ready at once. */
  isPrompt = true;
  readonly slot = new WorkerSlot({
    index: 1,
    spawn: () => {
      const worker = new FakeWorker(100 + this.workers.length);
      this.workers.push(worker);
      if (this.isPrompt) queueMicrotask(() => worker.becomeReady());
      return worker;
    },
    settings: () => ({
      index: 1,
      count: 2,
      storagePath: "/state/shard-1",
      adoptedPaths: [],
      logLevel: this.log.level,
      logFormat: "logfmt",
    }),
    clock: this.clock,
    log: this.log,
  });

  open(): Promise<void> {
    return this.slot.open(async (shard) => {
      if (this.failure !== undefined) throw this.failure;
      this.configured.push(shard);
    });
  }

  static async opened(): Promise<WorkerBed> {
    const bed = new WorkerBed();
    await bed.open();
    return bed;
  }

  /** The process that came last. */
  get worker(): FakeWorker {
    const worker = this.workers.at(-1);
    if (worker === undefined) throw new Error("none has been started");
    return worker;
  }

  /** Ends the process that came last, and waits until that is known. */
  async end(how: string): Promise<void> {
    this.worker.end(how);
    await settled();
  }
}
