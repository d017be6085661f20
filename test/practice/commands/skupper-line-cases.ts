/** The command line as such: flags, platforms, kubeconfigs, rights. */
import type { Case } from "./case.ts"

const cases: Case[] = [
  {
    name: "version",
    command: "skupper",
    argv: ["version"],
    as: "nobody",
    since: "2.2",
    exit: 0,
    stdout: "2.{any}\n",
    stderr: "",
  },
  {
    name: "unknown command",
    command: "skupper",
    argv: ["nosuch"],
    exit: 1,
    stdout: 'unknown command "nosuch" for "skupper"\n',
    stderr: 'Error: unknown command "nosuch" for "skupper"\nRun \'skupper --help\' for usage.\n',
  },
  {
    name: "platform that does not exist",
    command: "skupper",
    argv: ["site", "status", "--platform", "mainframe"],
    exit: 1,
    stdout: 'platform "mainframe" not supported\n',
    stderr: 'Error: platform "mainframe" not supported\nUsage:\n  skupper site status [flags]\n{rest}',
  },
  {
    name: "site status: no kubeconfig there",
    command: "skupper",
    argv: ["--kubeconfig", "/nope", "site", "status"],
    exit: 1,
    stdout: "stat /nope: no such file or directory\n",
    stderr: "",
  },
  {
    name: "site status: no rights",
    command: "skupper",
    argv: ["site", "status"],
    as: "alice",
    exit: 1,
    stdout:
      'sites.skupper.io is forbidden: User "alice" cannot list resource "sites" in API group "skupper.io" in the namespace "{ns}"\n',
    stderr: "",
  },
  {
    name: "site create: no rights",
    command: "skupper",
    argv: ["site", "create", "west"],
    as: "alice",
    exit: 2,
    stdout:
      'sites.skupper.io is forbidden: User "alice" cannot list resource "sites" in API group "skupper.io" in the namespace "{ns}"\n',
    stderr: "",
  },
  {
    name: "site status: session has expired",
    command: "skupper",
    argv: ["site", "status"],
    as: "expired",
    exit: 1,
    stdout: "Unauthorized\n",
    stderr: "",
  },
  {
    name: "site create where nothing listens",
    command: "skupper",
    argv: ["site", "create", "q", "--kubeconfig", "closed.yaml"],
    files: {
      "closed.yaml":
        "clusters: [{name: c, cluster: {server: 'https://{closed}'}}]\ncontexts: [{name: x, context: {cluster: c, namespace: p}}]\ncurrent-context: x\n",
    },
    exit: 2,
    stdout:
      'Get "https://{closed}/apis/skupper.io/v2alpha1/namespaces/p/sites": dial tcp {closed}: connect: connection refused\n',
    stderr: "",
  },
  {
    name: "a duration without its unit",
    command: "skupper",
    argv: ["site", "create", "x", "--timeout", "60"],
    exit: 1,
    stdout: 'invalid argument "60" for "--timeout" flag: time: missing unit in duration "60"\n',
    stderr:
      'Error: invalid argument "60" for "--timeout" flag: time: missing unit in duration "60"\nUsage:\n  skupper site create <name> [flags]\n{rest}',
  },
  {
    name: "an unknown flag",
    command: "skupper",
    argv: ["site", "create", "x", "--ingress", "none"],
    exit: 1,
    stdout: "unknown flag: --ingress\n",
    stderr: "Error: unknown flag: --ingress\nUsage:\n  skupper site create <name> [flags]\n{rest}",
  },
  {
    name: "a flag without its value",
    command: "skupper",
    argv: ["site", "create", "x", "--wait"],
    exit: 1,
    stdout: "flag needs an argument: --wait\n",
    stderr: "Error: flag needs an argument: --wait\n{rest}",
  },
  {
    name: "a mistyped verb prints help and is no error",
    command: "skupper",
    argv: ["site", "bogus"],
    exit: 0,
    stdout: "{rest}Usage:\n  skupper site [command]\n{rest}",
    stderr: "",
  },
]
export default cases
