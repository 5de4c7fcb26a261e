/** Something that can be on a roster, one at a time. */
export interface Listed {
  /** Where on the roster it is; the roster's own business. */
  rosterIndex: number;
}

/**
 * Those that are under way right now, in no order.
 *
 * Not a Set, since JavaScriptCore's keeps what was deleted from it alive until it grows or shrinks: with a profile
 * in each entry that was a thousand bodies for the garbage collector to go through, 9 µs of CPU a profile.
 */
export class Roster<Member extends Listed> {
  readonly #members: Member[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** Adds one that is on no roster. */
  add(member: Member): void {
    member.rosterIndex = this.#members.length;
    this.#members.push(member);
  }

  /** Takes one off that is on it. */
  remove(member: Member): void {
    const last = this.#members.pop();
    if (last === undefined || last === member) return;
    this.#members[member.rosterIndex] = last;
    last.rosterIndex = member.rosterIndex;
  }

  /** Those on it now; what is done with them may change the roster. */
  members(): Member[] {
    return [...this.#members];
  }
}
