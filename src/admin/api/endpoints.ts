import type { ConfigReference, ConfigView, ReloadAnswer, ValidateAnswer } from "./config.ts";
import type { DiffGraph, FlameGraph } from "./flame_graph.ts";
import type { Flow } from "./flow.ts";
import type { LiveProfiles } from "./live.ts";
import type { MetricHistory } from "./metrics.ts";
import type { DeadLetters, QueueOrderAnswer, Queues } from "./queues.ts";
import type { SampleAnswer } from "./sample.ts";
import type { Status } from "./status.ts";
import type { LabelNames, LabelValues, ProfilePage, ProfileParts, ProfileTypes, Services } from "./store.ts";
import type { ProcessFacts } from "./support.ts";

/**
 * The admin server's JSON endpoints, each with its answer where the status is 200. Any other status comes with one
 * line of text/plain that says what is wrong.
 *
 * Times are milliseconds since the Unix epoch, in answers and in queries (`from`, `until`). `match` is a selector
 * of labels as in Prometheus: `{service_name="a",env=~"p.*"}`; regular expressions are RE2's and match whole
 * values. Parameters in brackets may be left out.
 *
 * What changes something is refused (403) where the browser says that another origin's page sent it.
 */
export interface Endpoints {
  /** What runs, where to send profiles, what is unhealthy. */
  readonly "GET /api/v0/status": Status;

  /** The components as wired, and how they do. */
  readonly "GET /api/v0/flow": Flow;
  /** The charts: chosen metrics of the last 15 minutes. Query: [component]. */
  readonly "GET /api/v0/flow/metrics": MetricHistory;

  /** The profiles that passed lately. Query: [match], [limit=100, at most 1000]. */
  readonly "GET /api/v0/live": LiveProfiles;
  /** A flame graph of one live profile, while its body is kept. Query as for one that is stored. */
  readonly "GET /api/v0/live/:id/flamegraph": FlameGraph;

  /** Stored profiles, the newest first. Query: [match], [from], [until], [type], [limit=100], [cursor]. */
  readonly "GET /api/v0/profiles": ProfilePage;
  /** What the body of a stored profile consists of. */
  readonly "GET /api/v0/profiles/:id/parts": ProfileParts;
  /** A flame graph of one stored profile. Query: [type], [max_nodes]. */
  readonly "GET /api/v0/profiles/:id/flamegraph": FlameGraph;

  /** The services with stored profiles. Query: [from], [until]. */
  readonly "GET /api/v0/store/services": Services;
  /** The types of stored profiles. Query: [match], [from], [until]. */
  readonly "GET /api/v0/store/types": ProfileTypes;
  /** The names of labels of stored profiles. Query: [match], [from], [until]. */
  readonly "GET /api/v0/store/labels": LabelNames;
  /** The values of one label. Query: name, [match], [from], [until]. */
  readonly "GET /api/v0/store/label-values": LabelValues;
  /** Everything that matches as one flame graph. Query: type, [match], [from], [until], [max_nodes]. */
  readonly "GET /api/v0/store/flamegraph": FlameGraph;
  /**
   * What two selections differ in, left being the base. Query: type, [left_match], [left_from], [left_until],
   * [right_match], [right_from], [right_until], [max_nodes].
   */
  readonly "GET /api/v0/store/diff": DiffGraph;

  /** The configuration in use and on disk, secrets masked. */
  readonly "GET /api/v0/config": ConfigView;
  /** Every component with its arguments. */
  readonly "GET /api/v0/config/reference": ConfigReference;
  /** Checks the configuration in the body, or, where there is no body, the file on disk. */
  readonly "POST /api/v0/config/validate": ValidateAnswer;
  /** Reloads from the file on disk; problems are an answer (200), not a failure. */
  readonly "POST /api/v0/config/reload": ReloadAnswer;

  /**
   * Profiles this very process and sends that to its own receiver; answers when it has been taken. Query:
   * [seconds=3, from 1 to 30]. 409 while another is being made or where there is nobody to send it to.
   */
  readonly "POST /api/v0/sample": SampleAnswer;

  /** The process: version, platform, memory, limits. */
  readonly "GET /api/v0/support/process": ProcessFacts;
  /** Every queue. */
  readonly "GET /api/v0/queues": Queues;
  /** Drops all that waits in one. */
  readonly "DELETE /api/v0/queues/:queue": QueueOrderAnswer;
  /** Puts all that waits in one into another. Query: to. */
  readonly "POST /api/v0/queues/:queue/move": QueueOrderAnswer;
  /** Its dead letters, the newest first. Query: [limit=100]. */
  readonly "GET /api/v0/queues/:queue/dead_letters": DeadLetters;
  /** Puts all of them, or one, into a queue again. Query: [to], another queue. */
  readonly "POST /api/v0/queues/:queue/dead_letters/resend": QueueOrderAnswer;
  readonly "POST /api/v0/queues/:queue/dead_letters/:id/resend": QueueOrderAnswer;
  /** Drops all of them, or one. */
  readonly "DELETE /api/v0/queues/:queue/dead_letters": QueueOrderAnswer;
  readonly "DELETE /api/v0/queues/:queue/dead_letters/:id": QueueOrderAnswer;
}

/**
 * What is answered as bytes, always as an attachment (`Content-Disposition`) with nosniff, so that no browser
 * shows it:
 *
 * - `GET /api/v0/profiles/:id`: a stored profile byte for byte, in the Content-Encoding it came with.
 * - `GET /api/v0/profiles/:id/raw`: the profile itself, ready for a viewer: the part of a multipart form that holds
 *   it, no Content-Encoding; pprof may be gzipped in itself. Query: [part], one of those in `parts`.
 * - `GET /api/v0/live/:id/raw`: likewise of a live profile, while its body is kept; 404 then. Query: [part].
 * - `GET /api/v0/queues/:queue/dead_letters/:id/body`: a dead letter as it was sent.
 * - `GET /api/v0/store/pprof`: everything that matches merged into one gzipped pprof, for a viewer. Query as for
 *   `/api/v0/store/flamegraph`.
 * - `POST /api/v0/support/cpu-profile`: a CPU profile of this very process as gzipped pprof. Query: [seconds=5, from 1
 *   to 30]. 409 while another is being made.
 *
 * `GET /api/v0/support/log` is text: the last lines of the log, the oldest first.
 */
export type RawEndpoint =
  | "GET /api/v0/profiles/:id"
  | "GET /api/v0/profiles/:id/raw"
  | "GET /api/v0/live/:id/raw"
  | "GET /api/v0/store/pprof"
  | "POST /api/v0/support/cpu-profile";
