import { type Browser, chromium, type Page } from "playwright-core";

/** Where Debian has it; another place can be named. */
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** What keeps it from asking for anything but what is under test. */
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let launching: Promise<Browser> | undefined;

/** How a page is looked at. */
export interface Looks {
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  /** What is answered where the browser asks for a user and a password. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** A page of a browser, and what went wrong in it. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Uncaught errors, and what the console calls an error, violations of the policy among them. */
  readonly complaints: string[];
}

/** Opens a page with nothing stored; one browser serves all tests of a run. */
export async function openPage({
  colorScheme = "light",
  width = 1040,
  height = 680,
  credentials,
}: Looks = {}): Promise<WatchedPage> {
  launching ??= chromium.launch({ executablePath, args: quiet });
  const browser = await launching;
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height },
    locale: "en-GB",
    ...(credentials && { httpCredentials: credentials }),
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // An answer that refuses something is the test's own doing.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Ends the browser, where one was started. */
export async function closeBrowser(): Promise<void> {
  await (await launching)?.close();
  launching = undefined;
}
