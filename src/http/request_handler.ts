/** What a server tells of a request, and lets be set for it. */
export type ServerFacts = Pick<Bun.Server<undefined>, "requestIP" | "timeout">;

/** Answers one request. */
export type RequestHandler = (request: Request, server: ServerFacts) => Response | Promise<Response>;
