// The package brings no types; these are the parts that the tests use.
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export interface ClientCredentialsToken {
    destroy(): Promise<void>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly ClientCredentials: {
      find(token: string): Promise<ClientCredentialsToken | undefined>;
    };
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
  }
}
