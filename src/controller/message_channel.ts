/** Carries messages, plain data each, in order, to whoever is at the other end. */
export interface MessageChannel {
  /** Never throws: what can't be delivered is lost, and the channel is then closed soon. */
  send(message: unknown): void;
  /** Hands messages that come from now on to `receive`. */
  onMessage(receive: (message: unknown) => void): void;
  /** Calls `ended` with the reason once nothing can come any more, also where that is so already. */
  onClose(ended: (reason: string) => void): void;
}

/** The two ends of a channel within this process. Messages are copied, as they would be between processes. */
export function inProcessChannel(): readonly [MessageChannel, MessageChannel] {
  const one = new InProcessEnd();
  const other = new InProcessEnd();
  one.connect(other);
  other.connect(one);
  return [one, other];
}

class InProcessEnd implements MessageChannel {
  #other: InProcessEnd | undefined;
  #receive: (message: unknown) => void = () => {};

  connect(other: InProcessEnd): void {
    this.#other = other;
  }

  send(message: unknown): void {
    const copy: unknown = structuredClone(message);
    const other = this.#other;
    if (other !== undefined) queueMicrotask(() => other.#receive(copy));
  }

  onMessage(receive: (message: unknown) => void): void {
    this.#receive = receive;
  }

  // It lasts as long as the process.
  onClose(): void {}
}
