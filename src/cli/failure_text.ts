import { type Cause, describeCause } from "../profile/status.ts";

/** How much of a message is shown, in characters. */
const shownLength = 400;

/** Why a delivery failed, in one line: of a web page only its title. */
export function failureText(cause: Cause): string {
  if (cause.type !== "answer" || !/^\s*<(?:!doctype|html|\?xml)/i.test(cause.text))
    return oneLine(describeCause(cause));
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(cause.text)?.[1] ?? "a web page";
  // nginx says what it minds in the page alone.
  const heading = /<(?:center|h1)>(?!\s*<)([^<]*)</i.exec(
    cause.text.replace(/^[\s\S]*<body[^>]*>[\s\S]*?<\/h1>/i, ""),
  )?.[1];
  const said =
    heading === undefined || /^(?:nginx|openresty)/i.test(heading) ? title : `${title}: ${heading}`;
  return oneLine(describeCause({ ...cause, text: said }));
}

function oneLine(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, " ");
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line;
}
