/** The candidate that a misspelt word most likely means; undefined where none is near. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    // What dotted names begin with alike says nothing of how near they are.
    const length = word.length - sharedPrefix(word, candidate);
    if (distance <= Math.max(1, Math.floor(length / 3)) && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` (did you mean "x"?)`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = suggest(word, candidates);
  return candidate === undefined ? "" : ` (did you mean ${JSON.stringify(candidate)}?)`;
}

function sharedPrefix(word: string, candidate: string): number {
  const prefix = candidate.slice(0, candidate.indexOf(".") + 1);
  return word.startsWith(prefix) ? prefix.length : 0;
}

// Levenshtein's distance, one row at a time.
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
