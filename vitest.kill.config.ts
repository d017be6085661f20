import { defineConfig } from "vitest/config"

/** `npm run test:kill`: minutes long, so apart from `npm test`. */
export default defineConfig({
  test: { include: ["test/kill/**/*.kill.ts"], testTimeout: 3_600_000, hookTimeout: 60_000 },
})
