/** What came of profiling this very process. */
export interface SampleAnswer {
  /** Always `pyroduct`. */
  readonly service_name: string;
  readonly seconds: number;
  /** How many stacks were recorded. */
  readonly stacks: number;
  /** Bytes of the gzipped pprof that was sent. */
  readonly bytes: number;
  /** The pyroscope.receive_http that took it, and where it listens. */
  readonly receiver: string;
  readonly address: string;
}
