import { formatAddress, type ListenAddress } from "./listen_address.ts";

/** Where components really listen, by who asked for what: `component server host:port`. */
export type PortsByPlace = Readonly<Record<string, ListenAddress>>;

/** Who asks for an address. */
export interface PortOwner {
  /** `pyroscope.receive_http.default`. */
  readonly component: string;
  /** Tells several servers of one component apart. */
  readonly server: string;
}

/**
 * What processes that share their ports must agree upon: which port the system has chosen for one of them, and which
 * of them makes sure that nobody else has the port, since the others can't.
 */
export class ProcessPorts {
  #known: PortsByPlace = {};
  #isFirst = true;
  readonly #own = new Map<string, ListenAddress>();

  /**
   * Tells what other processes have got.
   *
   * @param isFirst whether this process is to look whether anybody else has a port before it opens it.
   */
  learn(known: PortsByPlace, isFirst: boolean): void {
    this.#known = known;
    this.#isFirst = isFirst;
  }

  /** What this process has got, and what it was told of others. */
  get all(): PortsByPlace {
    return { ...this.#known, ...Object.fromEntries(this.#own) };
  }

  /** Where somebody is to listen who asks for this address. */
  addressOf(owner: PortOwner, asked: ListenAddress): ListenAddress {
    return this.#known[placeOf(owner, asked)] ?? asked;
  }

  /** Somebody who asked for this address listens at this port. */
  note(owner: PortOwner, asked: ListenAddress, port: number): void {
    this.#own.set(placeOf(owner, asked), { host: asked.host, port });
  }

  /** Whether another process of this pyroduct listens there, or is about to. */
  isHeldByAnother({ host, port }: ListenAddress): boolean {
    return !this.#isFirst && Object.values(this.#known).some((one) => one.host === host && one.port === port);
  }
}

function placeOf({ component, server }: PortOwner, { host, port }: ListenAddress): string {
  return `${component} ${server} ${formatAddress(host, port)}`;
}
