/** The steps by hand: the shell lines for given inputs. test/e2e/shell-script shows that they have the result of a run. */
import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { federate } from "../../lib/index.ts"
import { manualContext } from "../../lib/notebook/manual.ts"
import guide from "../../runbooks/index.ts"

interface Given {
  readonly values?: Record<string, unknown>
  readonly superlink?: Record<string, unknown>
  readonly supernode?: Record<string, unknown>
  readonly tokenFile?: string
}

/** A step's lines at a site. */
async function manual(id: string, at: string | undefined, given: Given = {}): Promise<string> {
  const { values = {}, superlink = {}, supernode = {}, tokenFile = "one.token.yaml" } = given
  const federation = await federate(guide, {
    name: "trial",
    values,
    sites: [
      {
        ...{ name: "superlink", role: "superlink", server: "https://a.example:6443", project: "flower" },
        ...superlink,
      },
      {
        ...{ name: "one", role: "supernode", server: "https://b.example", project: "flower-one" },
        ...supernode,
      },
    ],
  })
  const step = guide.steps.find((one) => one.id === id)!
  const site = federation.sites.find(({ name }) => name === at)
  const on = ({ name }: { name: string }) => `KUBECONFIG=${name}.kubeconfig `
  return step.manual!(
    manualContext(guide, federation, step, site, {
      on,
      kubeconfig: "unused",
      privateFile: () => tokenFile,
    }),
  )
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "by hand_"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Runs lines with stand-in commands that print their arguments. */
function run(lines: string, commands: Readonly<Record<string, string>>) {
  const bin = join(folder, "bin")
  mkdirSync(bin, { recursive: true })
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const env = {
    PATH: [bin, process.env.PATH].join(delimiter),
    HOME: folder,
    KUBECONFIG: join(folder, "kubeconfig"),
  }
  return spawnSync("sh", ["-eu", "-c", lines], { cwd: folder, env, encoding: "utf8" })
}

test("every step can be done by hand", () => {
  expect(guide.steps.filter(({ manual: hand }) => hand === undefined).map(({ id }) => id)).toEqual([])
})

describe("login", () => {
  test("in the browser", async () => {
    expect(await manual("login", "superlink")).toBe("oc login --server=https://a.example:6443 --web")
    const ca = file("ca.crt", "")
    expect(
      await manual("login", "one", {
        supernode: { "callback-port": 8080, "certificate-authority": ca, proxy: "http://proxy.example:3128" },
      }),
    ).toBe(
      `HTTPS_PROXY=http://proxy.example:3128 oc login --server=https://b.example '--certificate-authority=${ca}' --web --callback-port=8080
oc config set-cluster "$(oc config view -o jsonpath='{.clusters[0].name}')" --proxy-url=http://proxy.example:3128`.replace(
        `'--certificate-authority=${ca}'`,
        `--certificate-authority='${ca}'`,
      ),
    )
    expect(await manual("login", "one", { supernode: { proxy: "none" } })).toMatch(
      /^NO_PROXY=b\.example oc login /,
    )
  })

  test("by password: it asks, or reads the file", async () => {
    expect(await manual("login", "one", { supernode: { username: "ann" } })).toBe(
      "oc login --server=https://b.example --username=ann",
    )
    const passwordFile = file("password", "secret of ann\n")
    const lines = await manual("login", "one", {
      supernode: { username: "ann", "password-file": passwordFile },
    })
    expect(lines).toBe(`oc login --server=https://b.example --username=ann <'${passwordFile}'`)
  })

  test("by token: in the kubeconfig, on no command line", async () => {
    const tokenFile = file("it's $a token", "sha256~abc\n")
    const ca = file("$HOME `ca`.crt", "")
    const lines = await manual("login", "one", {
      supernode: { "token-file": tokenFile, "certificate-authority": ca, proxy: "http://proxy.example:3128" },
    })
    expect(lines).not.toContain("abc")
    const { status, stdout, stderr } = run(`set -x\n${lines}`, { oc: 'echo oc "$@"' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: "oc whoami\n" })
    expect(stderr).not.toContain("abc")
    const kubeconfig = join(folder, "kubeconfig")
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600)
    const { parse } = await import("yaml")
    expect(parse(readFileSync(kubeconfig, "utf8"))).toEqual({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "one",
          cluster: {
            server: "https://b.example",
            "certificate-authority": ca,
            "proxy-url": "http://proxy.example:3128",
          },
        },
      ],
      users: [{ name: "one", user: { token: "sha256~abc" } }],
      contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
      "current-context": "one",
    })
  })

  test("by context: copied, and refused if it leads elsewhere", async () => {
    const lines = await manual("login", "one", { supernode: { context: "b admin" } })
    const at = (server: string) => `case "$1 $2" in
"config view") echo "$@" ;;
"whoami --show-server") echo ${server} ;;
esac`
    expect(run(lines, { oc: at("https://b.example:443") })).toMatchObject({
      status: 0,
      stdout: "https://b.example:443\n",
    })
    expect(readFileSync(join(folder, "kubeconfig"), "utf8")).toBe(
      `config view --kubeconfig=${folder}/.kube/config --context=b admin --minify --flatten --raw\n`,
    )
    expect(run(lines, { oc: at("https://c.example:443") }).status).not.toBe(0)
    const own = await manual("login", "one", { supernode: { context: "b", kubeconfig: file("mine", "") } })
    expect(own).toContain(`--kubeconfig='${join(folder, "mine")}' --context=b `)
  })
})

describe("site", () => {
  const create = async (access: string): Promise<string> =>
    (await manual("site-create", "superlink", { superlink: { "link-access-type": access } })).split("\n")[1]!

  test("link access by the command's flags, or in the Site if there is no flag", async () => {
    expect(await create("default")).toBe(
      "  skupper site create superlink-interconnect --enable-link-access -n flower",
    )
    expect(await create("route")).toBe(
      "  skupper site create superlink-interconnect --enable-link-access --link-access-type route -n flower",
    )
    const lines = await manual("site-create", "superlink", { superlink: { "link-access-type": "nodeport" } })
    expect(lines).toContain(
      "metadata:\n  name: superlink-interconnect\n  namespace: flower\nspec:\n  linkAccess: nodeport\nEOF\n",
    )
    expect(await manual("site-create", "one")).toContain(
      "skupper site create one-interconnect -n flower-one\n",
    )
  })

  test("an existing one stays", async () => {
    const lines = await manual("site-create", "one")
    const calls = (found: string) =>
      run(lines, { oc: `test "$1" = wait || ${found}`, skupper: 'echo skupper "$@"' })
    expect(calls("echo site/x")).toMatchObject({ status: 0, stdout: "" })
    expect(calls(":")).toMatchObject({ stdout: "skupper site create one-interconnect -n flower-one\n" })
  })
})

describe("link", () => {
  const none = { oc: ":", skupper: 'echo "$KUBECONFIG" "$PWD" "$@"' }

  test("a token that lasts longer", async () => {
    const lines = await manual("token-issue", "one", { values: { "token-lifetime": 1800 } })
    expect(lines).toContain("skupper token issue one.token.yaml --expiration-window 1800s -n flower)")
  })

  test("a file in a folder that skupper refuses: the command runs there", async () => {
    const tokenFile = `'${folder}/one.yaml'`
    expect(run(await manual("token-issue", "one", { tokenFile }), none).stdout).toBe(
      `superlink.kubeconfig ${folder} token issue one.yaml -n flower\n`,
    )
    expect(run(await manual("token-redeem", "one", { tokenFile }), none).stdout).toBe(
      `${folder}/kubeconfig ${folder} token redeem one.yaml -n flower-one\n`,
    )
  })

  test("by a link file: only its owner can read it", async () => {
    const given = { values: { "link-with": "file" }, tokenFile: "link.yaml" }
    expect(run(await manual("token-issue", "one", given), none)).toMatchObject({ status: 0, stdout: "" })
    const link = join(folder, "link.yaml")
    expect(statSync(link).mode & 0o777).toBe(0o600)
    expect(readFileSync(link, "utf8")).toBe(`superlink.kubeconfig ${folder} link generate -n flower\n`)
    const lines = await manual("token-redeem", "one", given)
    expect(lines).toContain(
      "oc apply --server-side --field-manager=flower-runbook -f link.yaml -n flower-one",
    )
  })
})

describe("Flower", () => {
  test("the inputs are in the manifest", async () => {
    const lines = await manual("deploy-supernode", "one", {
      values: { "flower-version": "1.36.0" },
      supernode: { env: { A: "it's $HOME" }, "node-config": { "partition-id": "3" } },
    })
    expect(lines).toContain("image: docker.io/flwr/supernode:1.36.0\n")
    expect(lines).toContain("value: it's $HOME\n")
    expect(lines).toContain("- partition-id=3\n")
    // Passed on unchanged.
    const { stdout } = run(lines, { oc: 'test "$1" != apply || cat' })
    expect(stdout).toContain("value: it's $HOME\n")
  })

  test("a Deployment that existed before is used as it is", async () => {
    const lines = await manual("deploy-superlink", "superlink")
    const oc = (name: string) => `case $1 in get) echo ${name} ;; apply) echo applied ;; esac`
    expect(run(lines, { oc: oc("deployment.apps/superlink") }).stdout).toBe("")
    expect(run(lines, { oc: oc("") }).stdout).toBe("applied\n")
    expect(lines).toContain(
      "-l 'app.kubernetes.io/managed-by!=flower-runbook' --field-selector metadata.name=superlink ",
    )
  })

  test("an own manifest is applied from its file: its content is in no script", async () => {
    const manifest = file("own.yaml", "kind: Secret\n")
    const lines = await manual("deploy-supernode", "one", { supernode: { "supernode-manifest": manifest } })
    expect(lines.split("\n")[0]).toBe(
      `oc apply --server-side --field-manager=flower-runbook -f '${manifest}' -n flower-one`,
    )
  })

  test("verified by this node's line at the SuperLink, and by no other", async () => {
    const lines = await manual("verify", "one")
    const oc = (taken: string) => `case $2 in
*/one) echo "INFO : SuperNode ID: 111"; echo "INFO : SuperNode ID: 222" ;;
*) echo "[Fleet.DeactivateNode] Deactivated node_id=222"; echo "[Fleet.ActivateNode] Activated node_id=${taken}" ;;
esac`
    expect(run(lines, { oc: oc("222") })).toMatchObject({
      status: 0,
      stdout: "[Fleet.ActivateNode] Activated node_id=222\n",
    })
    expect(run(lines, { oc: oc("111") }).status).not.toBe(0)
    expect(run(lines, { oc: oc("2223") }).status).not.toBe(0)
    // Without an id, nothing is searched.
    const silent = run(lines, { oc: 'case $2 in */one) ;; *) echo "node_id=1" ;; esac', sleep: ":" })
    expect(silent.stderr).toContain("the SuperNode has no id yet")
    expect(silent.status).not.toBe(0)
  })
})
