import manifest from "../../package.json" with { type: "json" };
import { homepage } from "../base/version.ts";
import { imageUser } from "./deployment.ts";

/**
 * An image with the executable and nothing that it does not need: no shell, no package manager, no root. The stage
 * `executable` holds one executable for each architecture, and can be replaced by a folder that holds them
 * already (`--build-context executable=FOLDER`), so that an image has the very bytes of a release.
 */
export function dockerfile(): string {
  return `# syntax=docker/dockerfile:1
# In a checkout of the sources:
#   pyroduct print dockerfile | docker buildx build --platform linux/amd64,linux/arm64 --tag pyroduct --file - .
FROM --platform=$BUILDPLATFORM docker.io/oven/bun:${manifest.engines.bun} AS build
WORKDIR /source
COPY . .
ARG TARGETARCH
ARG PYRODUCT_COMMIT=unknown
RUN set -eu; \\
    case "$TARGETARCH" in \\
      amd64) target=linux-x64 ;; \\
      arm64) target=linux-arm64 ;; \\
      *) echo "no target for $TARGETARCH" >&2; exit 1 ;; \\
    esac; \\
    bun install --frozen-lockfile --production; \\
    bun run build "$target"; \\
    install -D "dist/pyroduct-$target" "/executable/$TARGETARCH/pyroduct"

FROM scratch AS executable
COPY --from=build /executable/ /

FROM gcr.io/distroless/base-debian12:nonroot
ARG TARGETARCH
COPY --from=executable --chmod=0755 /$TARGETARCH/pyroduct /usr/bin/pyroduct
USER ${imageUser}:${imageUser}
# The home of that user, the one folder in the image that it may write to.
ENV STATE_DIRECTORY=/home/nonroot
EXPOSE 4040
LABEL org.opencontainers.image.source="${homepage}" \\
      org.opencontainers.image.description="${manifest.description}" \\
      org.opencontainers.image.licenses="${manifest.license}"
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/usr/bin/pyroduct", "probe", "ready"]
ENTRYPOINT ["/usr/bin/pyroduct"]
# Without a configuration: a store in the container. With one: run /etc/pyroduct/pyroduct.yaml
CMD ["run", "--listen", ":4040"]
`;
}
