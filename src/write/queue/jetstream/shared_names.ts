/** What a shared queue's parts are called on the server: the same for every instance that has the same queue. */
export interface SharedNames {
  /** Tells this queue from all others. */
  readonly token: string;
  /** The stream that profiles wait in, and the subject that they are published to. */
  readonly stream: string;
  readonly subject: string;
  /** The stream of dead letters and its subject. */
  readonly dead: string;
  readonly deadSubject: string;
  /** The object store of bodies that no message can carry. */
  readonly bucket: string;
}

/** What the prefix of all names may be: no dots, blanks or wildcards, which mean something in a subject. */
export const streamPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** A queue's own name is cut to so many characters: names of streams may have 255. */
const maxReadable = 60;

/** Names below a prefix. What could not stand in a name is replaced, so a digest keeps queues apart. */
export function sharedNames(prefix: string, queue: string): SharedNames {
  const digest = new Bun.CryptoHasher("sha256").update(queue).digest("hex").slice(0, 8);
  const readable = queue.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, maxReadable);
  const token = `${readable}-${digest}`;
  const stream = `${prefix}-${token}`;
  return {
    token,
    stream,
    subject: `${prefix}.${token}.queue`,
    dead: `${stream}-dead`,
    deadSubject: `${prefix}.${token}.dead`,
    bucket: `${stream}-bodies`,
  };
}

const described = "Profiles that pyroduct has accepted for ";

/** What a queue's stream says of itself, so that it is found again when its endpoint is gone. */
export function describeQueue(queue: string): string {
  return described + queue;
}

/** The queue that a stream belongs to; undefined where it is no queue's below this prefix. */
export function queueOfStream(prefix: string, name: string, description: string): string | undefined {
  if (!description.startsWith(described)) return undefined;
  const queue = description.slice(described.length);
  return sharedNames(prefix, queue).stream === name ? queue : undefined;
}
