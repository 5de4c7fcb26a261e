import manifest from "../../package.json" with { type: "json" };

declare const PYRODUCT_COMMIT: string | undefined;

/** The version of this pyroduct, from package.json. */
export const version: string = manifest.version;

/** Where the sources, releases and the runbook are; of the form https://host/owner/name. */
export const homepage: string = manifest.homepage;

/** The commit that the executable was built from; `source` when run from source. */
export const commit: string = typeof PYRODUCT_COMMIT === "string" ? PYRODUCT_COMMIT : "source";

/** What pyroduct calls itself downstream. */
export const userAgent = `pyroduct/${version}`;
