/** The guide's table of contents: "Run Flower on multiple OpenShift clusters", as a notebook. */
import { readFileSync } from "node:fs"
import { type MissingInput, main, type Notebook, notebook, type Program, type Site } from "../lib/index.ts"
import certificates from "./certificates.ts"
import connector from "./connector.ts"
import type { SiteInputs } from "./context.ts"
import deploySuperlink from "./deploy-superlink.ts"
import deploySupernode from "./deploy-supernode.ts"
import { doctor } from "./doctor-checks.ts"
import { confirm, handOver } from "./hand-over.ts"
import { environment, inputs, roles } from "./inputs.ts"
import installOperator from "./install-operator.ts"
import linkStatus from "./link-status.ts"
import listener from "./listener.ts"
import login from "./login.ts"
import { isolateNetwork, isolateSuperlink, isolateSupernode } from "./network-isolation.ts"
import nodeKey from "./node-key.ts"
import { parties } from "./parties.ts"
import { networkConnector, networkProject, networkSite } from "./party-network.ts"
import { practiceFlower } from "./practice-flower/index.ts"
import { practiceImages, practiceValues } from "./practice-images.ts"
import prerequisites from "./prerequisites.ts"
import project from "./project.ts"
import registerNode from "./register-node.ts"
import rootCertificates from "./root-certificates.ts"
import { snippetPath } from "./shared/snippet.ts"
import siteCreate from "./site-create.ts"
import { teardown } from "./teardown.ts"
import { tokenIssue, tokenRedeem } from "./token-exchange.ts"
import { hints, notices, validate } from "./validate.ts"
import { verify, verifyFederation } from "./verify.ts"
import { whoReaches } from "./who-reaches.ts"

const guide: Notebook = notebook({
  name: "flower-runbook",
  title: "Run Flower on multiple OpenShift clusters",
  roles,
  inputs,
  environment,
  steps: [
    prerequisites,
    login,
    project,
    certificates,
    rootCertificates,
    nodeKey,
    deploySuperlink,
    registerNode,
    installOperator,
    siteCreate,
    networkProject,
    networkSite,
    tokenIssue,
    handOver,
    tokenRedeem,
    linkStatus,
    connector,
    networkConnector,
    isolateSuperlink,
    isolateNetwork,
    listener,
    isolateSupernode,
    deploySupernode,
    verify,
    confirm,
    verifyFederation,
  ],
  teardown,
  withoutCommands: ({ via }) => via === "api",
  lease: { role: "superlink", namespace: "project", after: "project" },
  parties,
  validate,
  notices,
  hints,
  missing,
  practiceFlag: {
    name: "flower",
    help: "Run real Flower in the pods of practice clusters: requires Python 3.11, installs flwr from PyPI once",
  },
  doctor,
  sections: whoReaches,
})

/** A browser login requires a user: without a terminal, a session must already exist. */
async function missing(
  sites: readonly Site[],
  tools: { hasSession(site: Site, server: string): Promise<boolean> },
): Promise<MissingInput[]> {
  const web = (sites as readonly Site<SiteInputs>[]).filter(({ login }) => login === "web")
  const sessions = await Promise.all(web.map((site) => tools.hasSession(site, site.server)))
  return web
    .filter((_, index) => !sessions[index])
    .map(({ name }) => ({
      site: name,
      input: "login",
      why: "a browser login requires a terminal, and this site's kubeconfig has no valid session",
    }))
}

/** The package's version: package.json is above runbooks/ in a checkout, above dist/runbooks/ in a package. */
function packageVersion(): string {
  for (const place of ["../package.json", "../../package.json"]) {
    try {
      return (JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")) as { version: string })
        .version
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    }
  }
  return "unknown"
}

export const program: Program = {
  notebook: guide,
  version: packageVersion(),
  practiceImages,
  practiceVariant: practiceFlower,
  practiceValues,
  practiceCommands: snippetPath("practice-commands")!,
}
export default guide
export { main }

if (import.meta.main) void main(import.meta.url)
