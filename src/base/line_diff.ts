/** A line of a difference. */
export interface LineChange {
  readonly change: "same" | "added" | "removed";
  readonly text: string;
}

/** Pairs of lines that are compared at most; what is longer is shown as replaced as a whole. */
const mostPairs = 4_000_000;

/** What leads from some lines to others, with as few changes as possible: the longest common subsequence stays. */
export function diffLines(before: readonly string[], after: readonly string[]): LineChange[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  const middle = diffMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return [...before.slice(0, start).map(same), ...middle, ...before.slice(before.length - end).map(same)];
}

function diffMiddle(before: readonly string[], after: readonly string[]): LineChange[] {
  if (before.length * after.length > mostPairs) return [...before.map(removed), ...after.map(added)];
  const lengths = commonLengths(before, after);
  const width = after.length + 1;
  const changes: LineChange[] = [];
  let left = 0;
  let right = 0;
  while (left < before.length && right < after.length) {
    const old = before[left] ?? "";
    if (old === after[right]) {
      changes.push(same(old));
      left += 1;
      right += 1;
    } else if ((lengths[(left + 1) * width + right] ?? 0) >= (lengths[left * width + right + 1] ?? 0)) {
      changes.push(removed(old));
      left += 1;
    } else {
      changes.push(added(after[right] ?? ""));
      right += 1;
    }
  }
  return [...changes, ...before.slice(left).map(removed), ...after.slice(right).map(added)];
}

/** For each pair of places the length of the longest common subsequence of what follows them. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let left = before.length - 1; left >= 0; left -= 1) {
    for (let right = after.length - 1; right >= 0; right -= 1) {
      const here = left * width + right;
      lengths[here] =
        before[left] === after[right]
          ? 1 + (lengths[here + width + 1] ?? 0)
          : Math.max(lengths[here + width] ?? 0, lengths[here + 1] ?? 0);
    }
  }
  return lengths;
}

function same(text: string): LineChange {
  return { change: "same", text };
}

function added(text: string): LineChange {
  return { change: "added", text };
}

function removed(text: string): LineChange {
  return { change: "removed", text };
}
