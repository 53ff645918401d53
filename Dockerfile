# One image for the API and the workers; compose.yaml shows how they run together.
# Exact versions, here and there: what is built today is built again tomorrow.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
# .npmrc too: it keeps packages' install scripts from running.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY server ./server
COPY client ./client
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
WORKDIR /app
# Inside a container, only the published port is reachable; 127.0.0.1 would not be.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
COPY package.json ./
COPY data/cdnow ./data/cdnow
COPY data/commerce ./data/commerce
COPY data/mail ./data/mail
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 3000
CMD ["node", "dist/server/api/server.js"]
