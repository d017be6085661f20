import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

const report = process.env.CI_REPORT
const minutes = (number: number) => number * 60_000

/** What takes longest comes first, so that all workers have something to do until the end. */
const LONGEST = ["/test/e2e/kill.", "/test/e2e/", "/test/practice/commands/", "/test/runbooks/"]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((folder) => moduleId.includes(folder))
      return found === -1 ? LONGEST.length : found
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

/** What takes real Flower through certificates, keys, the gate and pods takes an hour: `npm run test:hardened`. CI runs one of them. */
const HARDENED = [
  "gate",
  "gate-passes",
  "hardened-1.34",
  "hardened-1.38",
  "hardened-1.42",
  "node-auth-1.34",
  "node-auth-1.38",
  "parties",
].map((name) => `test/real/flower/${name}.test.ts`)

/** `npm test` is `unit`. The others take minutes, or need more than Node, and have a command each. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          globalSetup: "test/temporary-folder.ts",
          exclude: ["test/real/**", "test/kill/**"],
          // A file that waits for a program that it has started leaves its core to another one.
          maxWorkers: availableParallelism() + 1,
          // A worker evaluates the modules of lib once, not once a file: none of them keeps anything between tests.
          isolate: false,
          unstubEnvs: true,
          expect: { poll: { timeout: 20_000 } },
          // A minute of work, also on a machine that has other things to do.
          testTimeout: minutes(3),
          hookTimeout: minutes(3),
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
          exclude: HARDENED,
          globalSetup: "test/temporary-folder.ts",
          maxWorkers: 2,
          testTimeout: minutes(10),
          hookTimeout: minutes(10),
        },
      },
      {
        test: {
          name: "hardened",
          include: HARDENED,
          globalSetup: "test/temporary-folder.ts",
          maxWorkers: 1,
          testTimeout: minutes(30),
          hookTimeout: minutes(30),
        },
      },
    ],
  },
})
