import { type Clock, systemClock } from "../base/clock.ts";
import type { ListenAddress } from "./listen_address.ts";
import { ListeningSockets } from "./listening_sockets.ts";
import { probe } from "./open_port.ts";
import { type Listener, type ListenerParts, type ListenOptions, PooledListener } from "./pooled_listener.ts";
import { ProcessPorts } from "./process_ports.ts";

export { longestIdleSeconds } from "./open_port.ts";
export type { Listener, ListenOptions } from "./pooled_listener.ts";
export type { RequestHandler, ServerFacts } from "./request_handler.ts";

/** An address that a server shares which the pool has not opened. */
export interface SharedAddress {
  /** Where to listen: the address asked for, with the port that other processes have got where it was 0. */
  readonly address: ListenAddress;
  /** To be told the port that it is as soon as the server listens. */
  note(port: number): void;
  /** Connections from now on come to this server alone, and those that share the address are told. */
  takeOver(): void;
  /** To be called when the server has closed. */
  leave(): void;
}

/** What a server that shares an address is told. */
export interface SharingServer {
  /** Another has taken the address over: only what is on its way comes here still. Resolves when nothing does. */
  leaveSoon(): Promise<void>;
  /** Yet another comes: where this one is about to leave, it is time. */
  leaveNow(): void;
}

interface SharedEntry {
  address: ListenAddress;
  readonly server: SharingServer;
}

/** Where components listen. */
export interface Listeners {
  /**
   * Opens a listener, or takes over the one that is open there with the same options.
   *
   * @throws CodedError where the address can't be listened on.
   */
  claim(address: ListenAddress, options: ListenOptions): Listener;
  /**
   * Lets a server that the pool does not open share an address with those of this pyroduct, and no other.
   *
   * @throws CodedError where somebody else listens there.
   */
  share(address: ListenAddress, server: SharingServer): SharedAddress;
}

/**
 * Listeners by address. A component that is to listen where another does takes the open listener over, or opens
 * a second one beside it where the options differ, so that a reload never leaves a port that stays in use.
 */
export class ListenerPool implements Listeners {
  readonly #open = new Set<PooledListener>();
  /** Those that have been taken over and wait for connections on their way to them. */
  readonly #leaving = new Set<PooledListener>();
  /** Resolve when those that have been taken over no longer listen. */
  readonly #departures = new Set<Promise<void>>();
  /** Where servers of this process listen that the pool has not opened. */
  readonly #shared = new Set<SharedEntry>();
  readonly #clock: Clock;
  readonly #processes: number;
  /** What the processes that listen at the same ports have agreed upon. */
  readonly ports = new ProcessPorts();

  /** @param processes how many processes of this pyroduct listen at each port. */
  constructor(clock: Clock = systemClock, processes = 1) {
    this.#clock = clock;
    this.#processes = processes;
  }

  /** The pool as one component sees it, who listens at the same ports in all processes. */
  ownedBy(component: string): Listeners {
    const { ports } = this;
    const http = { component, server: "http" };
    const own = { component, server: "own" };
    return {
      claim: (asked, options) => {
        const listener = this.claim(ports.addressOf(http, asked), options);
        ports.note(http, asked, listener.port);
        return listener;
      },
      share: (asked, server) => {
        const shared = this.share(ports.addressOf(own, asked), server);
        const note = (port: number) => {
          shared.note(port);
          ports.note(own, asked, port);
        };
        return { ...shared, note };
      },
    };
  }

  claim(address: ListenAddress, options: ListenOptions): Listener {
    const there = [...this.#open].filter((one) => one.isAt(address));
    const known = there.find((one) => Bun.deepEquals(one.options, options));
    if (known !== undefined) {
      known.claims += 1;
      return known;
    }
    for (const one of [...this.#leaving]) if (one.isAt(address)) one.leaveNow();
    const newest = there.at(-1);
    if (newest === undefined) this.#probe(address);
    const parts: ListenerParts = {
      address,
      options,
      clock: this.#clock,
      processes: this.#processes,
      onLeaving: (left) => {
        this.#open.delete(listener);
        this.#leaving.add(listener);
        this.#expect(left);
      },
      onLeft: () => this.#leaving.delete(listener),
    };
    const listener = new PooledListener(parts, newest);
    this.#open.add(listener);
    return listener;
  }

  share(address: ListenAddress, server: SharingServer): SharedAddress {
    const entry: SharedEntry = { address, server };
    const others = () =>
      [...this.#shared].filter((one) => one !== entry && isSamePlace(one.address, address));
    if (others().length === 0) this.#probe(address);
    for (const other of others()) other.server.leaveNow();
    this.#shared.add(entry);
    return {
      address,
      note: (port) => {
        entry.address = { host: address.host, port };
      },
      takeOver: () => {
        if (others().length === 0) return;
        for (const other of others()) this.#expect(other.server.leaveSoon());
        ListeningSockets.at(entry.address.port)?.preferNewest(this.#processes);
      },
      leave: () => this.#shared.delete(entry),
    };
  }

  /**
   * Resolves when everything that has been taken over up to now has stopped listening. Where several processes share
   * a port, none may take it over anew before all of them have come so far: the order in which they listen counts.
   */
  async settled(): Promise<void> {
    await Promise.all(this.#departures);
  }

  #expect(departure: Promise<void>): void {
    const expected = departure.finally(() => this.#departures.delete(expected));
    this.#departures.add(expected);
  }

  #probe(address: ListenAddress): void {
    if (!this.ports.isHeldByAnother(address)) probe(address);
  }
}

function isSamePlace(one: ListenAddress, other: ListenAddress): boolean {
  // The system chooses another port each time that it is asked to.
  return one.port !== 0 && one.host === other.host && one.port === other.port;
}
