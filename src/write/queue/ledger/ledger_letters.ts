import type { LedgerRequest, LedgerResult, LetterRecord } from "./ledger_calls.ts";
import type { Transaction } from "./ledger_transaction.ts";
import type { WholeLetter } from "./letter_table.ts";

type LetterRequest = Extract<
  LedgerRequest,
  { type: "letters" | "letter" | "resend_letters" | "remove_letters" }
>;

/** Letters that one request resends or removes at most where it names none. */
const pageSize = 256;

/** Answers what is asked of dead letters. */
export function letterRequest(
  request: LetterRequest,
  transaction: Transaction,
  bodies: Uint8Array[],
): LedgerResult {
  const { letters, book: bookOf } = transaction;
  const book = bookOf(request.queue);
  if (book === undefined) {
    const isQuestion = request.type === "letters" || request.type === "letter";
    return isQuestion ? { type: "letters", letters: [] } : { type: "done", count: 0, more: false };
  }
  switch (request.type) {
    case "letters":
      return {
        type: "letters",
        letters: letters.list(book, request.limit).map((row) => recordOf(row, request.queue, -1)),
      };
    case "letter": {
      const letter = letters.get(book, request.id);
      if (letter === undefined) return { type: "letters", letters: [] };
      const body = bodies.push(letter.body) - 1;
      return { type: "letters", letters: [recordOf(letter, request.queue, body)] };
    }
    case "resend_letters":
    case "remove_letters": {
      const ids = request.id === undefined ? letters.oldest(book, pageSize) : [request.id];
      const count = ids.filter((id) =>
        request.type === "remove_letters" ? letters.remove(book, id) : resend(id, request, transaction),
      ).length;
      return { type: "done", count, more: request.id === undefined && ids.length === pageSize };
    }
  }
}

// What is sent again is as good as new: otherwise max_age would drop it at once.
function resend(
  id: string,
  { queue, to, now }: Extract<LedgerRequest, { type: "resend_letters" }>,
  { letters, entries, book: bookOf, bookFor }: Transaction,
): boolean {
  const from = bookOf(queue);
  const letter = from && letters.get(from, id);
  if (from === undefined || letter === undefined) return false;
  const { head, body } = letter;
  entries.add(bookFor(to), { acceptedAt: now, head, body, shared: undefined });
  return letters.remove(from, id);
}

function recordOf(row: Omit<WholeLetter, "body">, queue: string, body: number): LetterRecord {
  return {
    id: row.id,
    queue,
    acceptedAt: row.accepted_at,
    refusedAt: row.refused_at,
    reason: row.reason,
    head: row.head,
    bodyBytes: row.body_bytes,
    body,
  };
}
