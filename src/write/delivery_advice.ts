import type { Cause } from "../profile/status.ts";
import {
  type AdviceWords,
  type FailedDelivery,
  isGrafanaCloud,
  type Rule,
  withScheme,
} from "./advice_rule.ts";
import { unansweredRules } from "./connection_advice.ts";
import { cloudRules } from "./grafana_cloud_advice.ts";

/** What to do about a delivery that failed; the first rule that fits counts. Shows no secret. */
export function deliveryAdvice(
  cause: Cause,
  delivery: FailedDelivery,
  words: AdviceWords,
): string | undefined {
  const rules = cause.type === "answer" ? answerRules(cause.status, delivery) : unansweredRules;
  const text = cause.type === "timeout" ? "timeout" : cause.text;
  return rules.find(([pattern]) => pattern.test(text))?.[1](delivery, words);
}

function answerRules(status: number, delivery: FailedDelivery): readonly Rule[] {
  const cloud = isGrafanaCloud(delivery.url) ? (cloudRules[status] ?? []) : [];
  const redirect = status >= 300 && status <= 399 ? redirectRules : [];
  return [
    ...schemeRules,
    ...certificateRules,
    ...cloud,
    ...redirect,
    ...(statusRules[status] ?? []),
    ...serverRules(status),
  ];
}

/** nginx, Go and Envoy each say it in their own words, with status 400. */
const schemeRules: readonly Rule[] = [
  [
    /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i,
    ({ url }, words) => `write ${withScheme(url, "https")} as ${words.url}: this port speaks TLS`,
  ],
];

/** nginx asks for a client certificate after the handshake, and answers 400 where there is none. */
const certificateRules: readonly Rule[] = [
  [
    /required SSL certificate|SSL certificate error/i,
    (_, words) => `give a client certificate that the server's authority has signed: ${words.certificate}`,
  ],
];

const redirectRules: readonly Rule[] = [
  [
    /^/,
    ({ url, location }, words) => {
      if (location === undefined || !URL.canParse(location, url))
        return `ask who runs the server for its URL, and write it as ${words.url}`;
      const target = new URL(location, url);
      if (/\/(?:login|oauth2?|sso|auth|signin)\b/i.test(target.pathname)) {
        return "the server asks for a login page: let POSTs to /ingest and /push.v1.PusherService/Push past the login proxy, or name a host without one";
      }
      const { origin } = new URL(url);
      return target.origin === origin
        ? `write a URL that needs no redirect as ${words.url}: the server names ${target.pathname}`
        : `write ${target.origin} as ${words.url}: that is where the server sends everybody, and credentials are not shown to another host`;
    },
  ],
];

const statusRules: Readonly<Record<number, readonly Rule[]>> = {
  400: [
    [/no org id/i, (_, words) => `name the tenant: ${words.tenant}`],
    [
      /ingestion window|out of bounds|too (?:old|far)/i,
      () =>
        "the receiver refuses profiles of that time: send it sooner, set the clocks right, or raise the receiver's limits (Pyroscope: reject_older_than, reject_newer_than)",
    ],
    [
      /^/,
      () => "the receiver can't read the profile: compare its format and its labels with the message above",
    ],
  ],
  401: [
    [/no org id/i, (_, words) => `name the tenant: ${words.tenant}`],
    [
      /^/,
      ({ hasCredentials }, words) =>
        hasCredentials
          ? "wrong user, password or token: compare them with what the receiver expects, and look for a line end or quotes in the file"
          : `the receiver asks who sends: write ${words.credentials}, or a bearer token`,
    ],
  ],
  403: [
    [
      /^/,
      () =>
        "the user or token is known, and must not write: give it the right to, or see whether a firewall or proxy refuses this address",
    ],
  ],
  404: [
    [
      /^/,
      ({ url }, words) => {
        const { origin, pathname } = new URL(url);
        const path = pathname.replace(/\/$/, "");
        const base = path.replace(/\/(?:ingest|push\.v1.*)$/, "");
        return base === path
          ? `see whether ${words.url} is right: /ingest and /push.v1.PusherService/Push are added to it, and this server has no such path`
          : `write ${origin}${base} as ${words.url}: /ingest and /push.v1.PusherService/Push are added to it`;
      },
    ],
  ],
  405: [
    [
      /^/,
      (_, words) =>
        `see whether ${words.url} is right: what answers there takes no POST, so it is no receiver of profiles`,
    ],
  ],
  407: [[/^/, () => "the proxy asks for a user and a password: write them into its URL"]],
  408: [
    [
      /^/,
      () => "the receiver waited too long for the profile: see whether a proxy or a slow line is in between",
    ],
  ],
  413: [
    [
      /^/,
      () =>
        "the profile is larger than what is between takes: raise max_body_size (pyroduct), client_max_body_size (nginx) or Pyroscope's limits, or send shorter profiles",
    ],
  ],
  415: [
    [
      /^/,
      () =>
        "the receiver does not know this content type: see whether it is a receiver of Pyroscope profiles",
    ],
  ],
  422: [
    [
      /ingestion window|too (?:old|far)/i,
      () => "the receiver refuses profiles of that time: send it sooner, or set the clocks right",
    ],
    [/^/, () => "the receiver can read the profile and does not want it: see the message above"],
  ],
  429: [
    [
      /^/,
      () =>
        "the receiver's rate limit is reached: send less, later, or have the tenant's limits raised (Pyroscope: ingestion_rate_mb, ingestion_burst_size_mb)",
    ],
  ],
  502: [
    [
      /^/,
      () =>
        "a proxy in front of the receiver can't reach it: see whether the receiver runs, and the proxy's log",
    ],
  ],
  503: [
    [
      /^/,
      () => "the receiver, or a proxy in front of it, has no room or is starting: try again, and see its log",
    ],
  ],
  504: [
    [/^/, () => "a proxy in front of the receiver waited too long for it: see the receiver's load and log"],
  ],
};

function serverRules(status: number): readonly Rule[] {
  return status >= 500 ? [[/^/, () => "something fails in the receiver itself: see its log"]] : [];
}
