/** Plain listr2 with its default renderer: a task per site, with a task per step in it. The file of lanes is the argument. */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { promisify } from "node:util"
import { Listr } from "listr2"

const lanes = JSON.parse(readFileSync(process.argv[2], "utf8"))
const run = promisify(execFile)

const stepTask = ({ id, commands }) => ({
  title: id,
  task: async () => {
    for (const { kubeconfig, argv } of commands)
      await run(argv[0], argv.slice(1), { env: { ...process.env, KUBECONFIG: kubeconfig } })
  },
})

const half = (title, which) => ({
  title,
  task: (_, task) =>
    task.newListr(
      lanes.map((lane) => ({
        title: lane.site,
        task: (_, laneTask) => laneTask.newListr(lane[which].map(stepTask), { concurrent: false }),
      })),
      { concurrent: true },
    ),
})

await new Listr([half("Prepare the sites", "first"), half("Connect the SuperNodes", "second")]).run()
