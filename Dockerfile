# The gateway on Node. Settings are environment variables: the health check asks ADMIN_PORT, or else PORT. Routes are in the volume /data;
# nothing else is written, so the root file system may be read-only:
#
#   docker build --tag proxy-mirror .
#   docker run --read-only --publish 9080:9080 --volume routes:/data --env ADMIN_KEY=secret proxy-mirror
#
# Stop it with a grace period longer than SHUTDOWN_TIMEOUT: `docker stop -t 35`.
FROM node:20.20.2-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Before the sources, so that Docker caches it. Without scripts, as there is nothing to build yet.
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build
# `optional` drops the compiler as well: to a dependency, it is an optional peer.
RUN npm prune --no-audit --no-fund --ignore-scripts --omit=dev --omit=optional

FROM node:20.20.2-slim
ENV NODE_ENV=production PORT=9080
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
COPY LICENSE package.json /app/
RUN mkdir /data && chown node:node /data
VOLUME /data
# routes.json is looked for here, and created by the first write of the admin API.
WORKDIR /data
USER node
EXPOSE 9080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.ADMIN_PORT || process.env.PORT}/apisix/status/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
