# syntax=docker/dockerfile:1
# The version that the tests ran on. To pin the very image: --build-arg NODE_IMAGE=node:26.12.1-slim@sha256:…
ARG NODE_IMAGE=node:26.12.1-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
ENV SCARF_ANALYTICS=false
# The program that bundles the page is an optional package: one for each platform.
RUN npm ci --ignore-scripts --include=optional
COPY nest-cli.json tsconfig.json tsconfig.image.json ./
COPY scripts ./scripts
COPY src ./src
# Only what main.ts imports, and the page.
RUN npx nest build -p tsconfig.image.json && node scripts/build-page.mjs dist

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
ENV SCARF_ANALYTICS=false
# The image brings its own Node, so the locked one is left out. Licence files stay.
RUN npm ci --ignore-scripts --omit=dev --omit=optional \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

# The upstreams of `docker compose up demo`. The simulator needs no packages.
FROM build AS simulator-build
RUN npx nest build

FROM ${NODE_IMAGE} AS simulator
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=simulator-build /app/dist/simulator ./dist/simulator
COPY --from=simulator-build /app/dist/model ./dist/model
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--disable-sigusr1", "dist/simulator/main.js"]

# The last stage is what `docker build` makes.
FROM ${NODE_IMAGE} AS gateway
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tributary" \
  org.opencontainers.image.description="An aggregating REST gateway for backup tasks" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production \
  TRIBUTARY_CONFIG=/etc/tributary/tributary.yaml
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# By number: Kubernetes cannot tell whether a name is root. Nothing in the image belongs to this user.
USER 65532:65532
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "dist/main.js", "--health"]
ENTRYPOINT ["node", "--disable-sigusr1", "--max-semi-space-size=8", "dist/main.js"]
