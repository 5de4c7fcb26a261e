import { useState } from "preact/hooks";

/** Copies a text; says so, also where the browser does not let it. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      // Browsers give the clipboard to pages of localhost and of https alone.
      setSaid("The browser refuses: select and copy by hand");
    }
  };
  return (
    <span>
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${what}`}>
        Copy
      </button>{" "}
      <span role="status" class="muted">
        {said}
      </span>
    </span>
  );
}
