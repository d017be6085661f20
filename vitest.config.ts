import { defineConfig } from "vitest/config"

const report = process.env.CI_REPORT
const minutes = (number: number) => number * 60_000

/** `npm test` is `unit`. The others take minutes, or need more than Node, and have a command each. */
export default defineConfig({
  test: {
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          globalSetup: "test/temporary-folder.ts",
          exclude: ["test/real/**", "test/kill/**"],
          testTimeout: minutes(1),
          hookTimeout: minutes(1),
        },
      },
      {
        test: {
          name: "kill",
          include: ["test/kill/**/*.kill.ts"],
          testTimeout: minutes(60),
          hookTimeout: minutes(1),
        },
      },
      {
        test: {
          name: "cluster",
          include: ["test/real/cluster/**/*.test.ts"],
          globalSetup: ["test/temporary-folder.ts", "test/real/control-plane/build.ts"],
          // Each file has control planes of its own: two at once are what two cores carry.
          maxWorkers: 2,
          testTimeout: minutes(5),
          hookTimeout: minutes(5),
        },
      },
      {
        test: {
          name: "flower",
          include: ["test/real/flower/**/*.test.ts"],
          globalSetup: "test/temporary-folder.ts",
          maxWorkers: 2,
          testTimeout: minutes(10),
          hookTimeout: minutes(10),
        },
      },
    ],
  },
})
