import { blocked, type CheckResult, main, ready, type Shell } from "../lib/index.ts"
import { guideStep, type Manual } from "./context.ts"
import { skupperVersion } from "./shared/commands.ts"

/** Where each command comes from, in a sentence. */
const CURES: Readonly<Record<string, string>> = {
  bash: "install bash with your system's package manager (macOS has it)",
  oc: "get oc from your cluster's web console (the ? menu, Command line tools), or from mirror.openshift.com",
  skupper: "get the skupper 2.x command as on https://skupper.io/docs/install/ or from Red Hat's downloads",
}

async function check({ $ }: { $: Shell }): Promise<CheckResult> {
  const names = Object.keys(CURES)
  const paths = await Promise.all(names.map((name) => $.which(name)))
  const missing = names.filter((_, index) => paths[index] === undefined)
  if (missing.length > 0) {
    return blocked(`not on PATH: ${missing.join(", ")}`, {
      code: "missing command",
      fix: `${missing.map((name) => CURES[name]).join("; ")}; or name the folder that holds them with --commands`,
    })
  }
  const { version, major, broken } = await skupperVersion($)
  if (broken !== undefined) {
    return blocked(`skupper does not run: ${broken}`, {
      code: "broken skupper",
      fix: `${CURES.skupper}, in place of ${paths[names.indexOf("skupper")]}`,
      next: "skupper version",
    })
  }
  if (major < 2) {
    return blocked(`skupper ${version} is version 1: it knows neither sites, links nor tokens of version 2`, {
      code: "old skupper",
      fix: `${CURES.skupper}, and put it on PATH before ${paths[names.indexOf("skupper")]}`,
      next: "skupper version",
    })
  }
  return ready(`bash, oc and skupper ${version ?? "2.x (a build that does not tell its version)"} are here`)
}

export default guideStep({
  id: "prerequisites",
  title: "What you need",
  on: "here",
  inputs: ["commands"],
  prose: `
Flower's SuperLink and its SuperNodes will run in different OpenShift clusters: one in each hospital, data centre or
secure research environment. Red Hat Service Interconnect, built on [Skupper](https://skupper.io/), joins a project of
each cluster into one application network, so that they talk as if they were side by side. In every project stands a
Skupper **site** with a router. The SuperLink's site accepts **links**; each SuperNode's site makes one.

On this machine you need

- \`bash\`,
- \`oc\`, OpenShift's command,
- \`skupper\`, version 2 (version 1 has other resources and cannot do this).

And you need the clusters: one for the SuperLink, one for each SuperNode (projects of one cluster do, for a trial). On
AWS, Red Hat OpenShift Service on AWS makes them: \`rosa login --use-auth-code\`, \`rosa create account-roles --mode
auto\`, \`rosa create network\`, then a hosted control plane cluster in the web console, with \`rosa create cluster\` or
with Terraform, each in the region that you like. You need to know each one's API endpoint:

    rosa describe cluster -c NAME -o json | jq -r .api.url

or, where you are logged in already, \`oc whoami --show-server\`.
`,
  readyWhen:
    "Whether `bash`, `oc` and `skupper` are found on PATH, and whether `skupper version` tells version 2. Nothing is contacted.",
  docs: ["https://skupper.io/docs/install/"],
  spawns: true,
  check,
  manual: ({ inputs }: Manual) =>
    `${inputs.commands === undefined ? "" : `# They are in ${inputs.commands}: put that on PATH.\n`}oc version --client
skupper version`,
  show: ({ $ }) => $`skupper version`,
})

if (import.meta.main) void main(import.meta.url)
