/** The guide as plain commands, one list for every tool: in the guide's order, each with the waits that the commands have themselves. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"

export interface Command {
  /** The site's own, as `KUBECONFIG`. */
  readonly kubeconfig: string
  readonly argv: readonly string[]
}

export interface Step {
  /** As in the guide. */
  readonly id: string
  readonly commands: readonly Command[]
}

/** A site's steps, in order. */
export interface Lane {
  readonly site: string
  /** What needs no other site. */
  readonly first: readonly Step[]
  /** What needs the SuperLink's Skupper site. */
  readonly second: readonly Step[]
}

interface Entry {
  readonly name?: string
  readonly server: string
  readonly "certificate-authority": string
  readonly "token-file": string
  readonly project: string
  readonly "skupper-site": string
}

const OPERATORS = ["-n", "openshift-operators", "--timeout=10m"]
const APPLY = ["oc", "apply", "--server-side", "--field-manager=flower-runbook", "-f"]

/**
 * @param federationFile of practice clusters
 * @param bin the program, whose script of the steps by hand has the manifests
 * @param folder for manifests, kubeconfigs and tokens of links
 * @returns the lane of the SuperLink, then those of the SuperNodes
 */
export function guideCommands(federationFile: string, bin: string, folder: string): Lane[] {
  const { superlink, supernodes } = parse(readFileSync(federationFile, "utf8")) as {
    superlink: Entry
    supernodes: readonly Entry[]
  }
  const script = execFileSync(
    process.execPath,
    [bin, "report", "--format", "sh", "--federation", federationFile, "--state", join(folder, "script")],
    { encoding: "utf8", maxBuffer: 2 ** 28, env: { ...process.env, HOME: folder } },
  )
  const manifest = manifestsOf(script, folder)
  const superlinkConfig = join(folder, "superlink.kubeconfig")
  return [
    laneOf("superlink", superlink, superlinkConfig, (run, inProject) => ({
      deploy: [
        run(
          "deploy-superlink",
          [...APPLY, manifest("superlink", "Deployment")],
          rollout("superlink", inProject),
        ),
      ],
      site: ["--enable-link-access"],
      second: [
        run("connector", [
          ..."skupper connector create fleet-api 9092 --workload deployment/superlink".split(" "),
          ...inProject,
        ]),
      ],
    })),
    ...supernodes.map((entry) => {
      const site = entry.name!
      const token = join(folder, `${site}.token.yaml`)
      return laneOf(site, entry, join(folder, `${site}.kubeconfig`), (run, inProject) => ({
        deploy: [],
        site: [],
        second: [
          {
            id: "token-issue",
            commands: [
              {
                kubeconfig: superlinkConfig,
                argv: ["skupper", "token", "issue", token, "-n", superlink.project],
              },
            ],
          },
          run("token-redeem", ["skupper", "token", "redeem", token, ...inProject]),
          run("link-status", [
            ..."oc wait --for=condition=Ready links.skupper.io --all --timeout=10m".split(" "),
            ...inProject,
          ]),
          run("listener", [..."skupper listener create fleet-api 9092".split(" "), ...inProject]),
          run("deploy-supernode", [...APPLY, manifest(site, "Deployment")], rollout(site, inProject)),
        ],
      }))
    }),
  ]

  function laneOf(
    site: string,
    entry: Entry,
    kubeconfig: string,
    own: (run: Run, inProject: readonly string[]) => Own,
  ): Lane {
    const run: Run = (id, ...all) => ({ id, commands: all.map((argv) => ({ kubeconfig, argv })) })
    const inProject = ["-n", entry.project]
    const { deploy, site: flags, second } = own(run, inProject)
    const token = readFileSync(entry["token-file"], "utf8").trim()
    const authority = entry["certificate-authority"]
    const inOperators = (kind: string, value: string, ...names: string[]) => [
      ...["oc", "wait", `--for=jsonpath={.status.${kind}}=${value}`],
      ...names,
      ...OPERATORS,
    ]
    return {
      site,
      first: [
        run("login", [
          ...["oc", "login", `--server=${entry.server}`, `--token=${token}`],
          `--certificate-authority=${authority}`,
        ]),
        run("project", ["oc", "new-project", entry.project]),
        ...deploy,
        run(
          "install-operator",
          [...APPLY, manifest(site, "Subscription")],
          inOperators("state", "AtLatestKnown", "subscriptions.operators.coreos.com/skupper-operator"),
          inOperators(
            "phase",
            "Succeeded",
            "csv",
            "-l",
            "operators.coreos.com/skupper-operator.openshift-operators",
          ),
        ),
        run(
          "site-create",
          ["skupper", "site", "create", entry["skupper-site"], ...flags, ...inProject],
          [..."oc wait --for=condition=Ready sites.skupper.io --all --timeout=5m".split(" "), ...inProject],
        ),
      ],
      second,
    }
  }
}

type Run = (id: string, ...argvs: (readonly string[])[]) => Step

/** In what the sites differ. */
interface Own {
  readonly deploy: readonly Step[]
  /** Flags of `skupper site create`. */
  readonly site: readonly string[]
  readonly second: readonly Step[]
}

const rollout = (name: string, inProject: readonly string[]): readonly string[] => [
  ...["oc", "rollout", "status", `deployment/${name}`],
  ...inProject,
  "--timeout=10m",
]

/** Writes the script's here documents as files, because a command here has no shell. */
function manifestsOf(script: string, folder: string): (site: string, kind: string) => string {
  const manifests = join(folder, "manifests")
  mkdirSync(manifests)
  const bySite = new Map<string, readonly string[]>()
  for (const [, site = "", body = ""] of script.matchAll(/^site_(\w+)\(\) \{\n([\s\S]*?)^\}$/gm))
    bySite.set(
      site.replaceAll("_", "-"),
      [...body.matchAll(/<<'EOF'\n([\s\S]*?\n)EOF$/gm)].map(([, text = ""]) => text),
    )
  return (site, kind) => {
    const text = bySite.get(site)?.find((one) => new RegExp(`^kind: ${kind}$`, "m").test(one))
    if (text === undefined) throw new Error(`the script of the steps by hand has no ${kind} of ${site}`)
    const path = join(manifests, `${site}-${kind}.yaml`)
    writeFileSync(path, text)
    return path
  }
}
