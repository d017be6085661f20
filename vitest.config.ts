import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["dist/**", "node_modules/**", "test/real/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
