import type { DeadLetterInfo, QueueInfo } from "../../component/queues.ts";

export type { DeadLetterInfo as DeadLetter, QueueInfo as Queue } from "../../component/queues.ts";

/** Every queue, by id. */
export interface Queues {
  readonly queues: readonly QueueInfo[];
}

/** Dead letters of one queue, the newest first. */
export interface DeadLetters {
  readonly dead_letters: readonly DeadLetterInfo[];
}

/** How many profiles were moved, sent again or dropped. */
export interface QueueOrderAnswer {
  readonly profiles: number;
}
