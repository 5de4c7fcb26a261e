/** Whether a text can be the name of a header (RFC 9110, section 5.6.2). */
export function isHeaderName(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** Whether a text can be the value of a header: it must be one line. */
export function isHeaderValue(text: string): boolean {
  return !/[\r\n\0]/.test(text);
}

/** The value in the form that `Headers` takes and that travels as UTF-8, as Go's clients send it. */
export function headerText(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}
