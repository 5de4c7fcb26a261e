import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let isFirstView = true;

/** The heading of a view, with what can be done beside it. Takes the focus, so that a screen reader reads on here. */
export function ViewHead({ title, children }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · pyroduct`;
    // When the page has just been opened, the focus belongs to its beginning.
    if (!isFirstView) heading.current?.focus();
    isFirstView = false;
  }, [title]);
  return (
    <div class="view-head">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}

/** Says what went wrong, also to a screen reader; nothing where nothing did. */
export function Problem({ text }: { text: string | undefined }) {
  return (
    <div role="alert" hidden={text === undefined}>
      {text !== undefined && <p class="notice bad">{text}</p>}
    </div>
  );
}
