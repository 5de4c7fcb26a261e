import type { Rule } from "./advice_rule.ts";

/** Where the host and the instance ID are told. */
const idPlace = "on grafana.com at your stack, Profiles, Details";

/**
 * What Grafana Cloud's gateway says (grafana/pyroscope-go#124, grafana/pyroscope-nodejs#114 and others): each of the
 * words stands for one mistake, though they do not name it.
 */
export const cloudRules: Readonly<Record<number, readonly Rule[]>> = {
  401: [
    [
      /legacy auth cannot be upgraded/,
      (_, words) =>
        `wrong user, or none: a token alone is not enough. Write ${words.credentials}, with the instance ID of Profiles, a number, as the user (${idPlace}), and a token of an access policy, which begins with glc_, as the password`,
    ],
    [
      /invalid scope/,
      () =>
        "wrong token: it is known, but lacks the scope profiles:write. Add the scope to its access policy, or make another token",
    ],
    [/no credentials/, (_, words) => `no user and token came: write ${words.credentials}`],
    [
      /invalid|not found|unauthorized/i,
      ({ url }) =>
        `wrong token, wrong user or wrong region: the token may be mistyped, expired or deleted; the user must be the instance ID of Profiles, not that of metrics, logs or the stack; and ${new URL(url).hostname} must be the host of this stack's region (${idPlace})`,
    ],
  ],
  404: [
    [
      /^/,
      ({ url }, words) =>
        /^profiles-/.test(new URL(url).hostname)
          ? `write ${new URL(url).origin} as ${words.url}, without a path`
          : `wrong host: that of Profiles begins with profiles-prod- (${idPlace})`,
    ],
  ],
  // Every name below grafana.net leads to the gateway, which then knows no such host.
  530: [
    [
      /^/,
      () =>
        `wrong region: Grafana Cloud has no such host, though its name is found. Take the URL from ${idPlace}`,
    ],
  ],
};
