import { blocked, type CheckResult, main, ready, shellComment } from "../lib/index.ts"
import { type Context, guideStep, type Manual } from "./context.ts"
import { skupperVersion } from "./shared/skupper-version.ts"
import { viaApi } from "./shared/via.ts"

/** How to get each command. */
const FIXES: Readonly<Record<string, string>> = {
  bash: "install bash with your system's package manager (macOS has it)",
  oc: "download oc from your cluster's web console (the ? menu, Command line tools) or from mirror.openshift.com",
  skupper:
    "install the skupper 2.x command from https://skupper.io/docs/install/ or from Red Hat's downloads",
}

/** Requests need no commands, unless somebody logs in: a login by browser or password is one of `oc`. */
function neededBy(context: Context): string[] {
  if (!viaApi(context)) return Object.keys(FIXES)
  const byOc = context.sites.some(
    ({ login, party }) => party === undefined && (login === "web" || login === "password"),
  )
  return byOc ? ["bash", "oc"] : []
}

async function check(context: Context): Promise<CheckResult> {
  const { $ } = context
  const names = neededBy(context)
  if (names.length === 0) return ready("--via api needs no commands on this machine")
  const paths = await Promise.all(names.map((name) => $.which(name)))
  const missing = names.filter((_, index) => paths[index] === undefined)
  if (missing.length > 0) {
    return blocked(`not on PATH: ${missing.join(", ")}`, {
      code: "missing command",
      fix: `${missing.map((name) => FIXES[name]).join("; ")}; or give the folder that contains them with --commands`,
    })
  }
  if (!names.includes("skupper")) return ready(`${names.join(" and ")} are installed, for the login`)
  const { version, major, broken } = await skupperVersion($)
  if (broken !== undefined) {
    return blocked(`skupper does not run: ${broken}`, {
      code: "broken skupper",
      fix: `${FIXES.skupper}, to replace ${paths[names.indexOf("skupper")]}`,
      next: "skupper version",
    })
  }
  if (major < 2) {
    return blocked(
      `skupper ${version} is version 1, which does not support the sites, links and tokens of version 2`,
      {
        code: "old skupper",
        fix: `${FIXES.skupper}, and put it on PATH before ${paths[names.indexOf("skupper")]}`,
        next: "skupper version",
      },
    )
  }
  return ready(`bash, oc and skupper ${version ?? "2.x (a build without a version)"} are installed`)
}

export default guideStep({
  id: "prerequisites",
  title: "What you need",
  on: "here",
  inputs: ["commands"],
  prose: `
Flower's SuperLink and its SuperNodes run in different OpenShift clusters: for example one in each hospital, data centre or
secure research environment. Red Hat Service Interconnect, built on [Skupper](https://skupper.io/), connects one project of each
cluster to an application network, so that they communicate as if they ran in the same cluster. Every project has a Skupper
**site** with a router. The SuperLink's site accepts **links**, and each SuperNode's site creates one.

On this machine you need

- \`bash\`,
- \`oc\`, OpenShift's command,
- \`skupper\`, version 2 (version 1 has other resources and does not work).

You also need the clusters: one for the SuperLink and one for each SuperNode. For a trial, different projects of one cluster are
enough. On AWS, Red Hat OpenShift Service on AWS provides them: \`rosa login --use-auth-code\`, \`rosa create account-roles
--mode auto\`, \`rosa create network\`, then a hosted control plane cluster in the web console, with \`rosa create cluster\` or
with Terraform, each in the region of your choice. You need the API endpoint of each cluster:

    rosa describe cluster -c NAME -o json | jq -r .api.url

or, if you are already logged in, \`oc whoami --show-server\`.
`,
  readyWhen:
    "Ready when `bash`, `oc` and `skupper` are found on PATH and `skupper version` prints version 2; with `--via api`, only what a login needs. No cluster is contacted.",
  docs: ["https://skupper.io/docs/install/"],
  spawns: true,
  check,
  manual: ({ inputs }: Manual) =>
    `${inputs.commands === undefined ? "" : `# They are in ${shellComment(inputs.commands)}: add this folder to PATH.\n`}oc version --client
skupper version`,
  show: (context) => (viaApi(context) ? undefined : context.$`skupper version`),
})

if (import.meta.main) void main(import.meta.url)
