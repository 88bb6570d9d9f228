# Synton in a container: receives on 4317 and 4318, serves on 4319, keeps spans in /data.
# Listeners are on loopback unless told otherwise: see docker-compose.yml for the variables that open them.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json vite.config.ts ./
COPY src ./src
COPY build ./build
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages stay: the store's prebuilt binary is one of them.
RUN npm ci --omit=dev && npm cache clean --force

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY config ./config
COPY proto ./proto
RUN install --directory --owner=node --group=node --mode=0700 /data
# The shipped file names ./data/traces; a variable wins over it.
ENV SYNTON_INSTRUMENT__PERSISTENCE__PATH=/data/traces
VOLUME /data
USER node
EXPOSE 4317 4318 4319
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "dist/bin.js", "health"]
CMD ["node", "dist/bin.js", "start"]
