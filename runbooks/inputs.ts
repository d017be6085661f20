/** Every input of the guide, declared once. Flags, variables, file keys, prompts, help and docs come from here. */
import { type FederationValues, input, type SiteValues } from "../lib/index.ts"
import { kubeconfigs } from "../lib/kit.ts"
import { networkInputs, networkNameInput } from "./interconnect/inputs.ts"
import { securityInputs } from "./security/inputs.ts"
import { podInputs } from "./security/pod-inputs.ts"

/** In seconds. A token that expires within a minute counts as expired. */
const SHORTEST_LIFETIME = 120

/** The user may have set `skupper` to another platform for other work. */
export const environment = { SKUPPER_PLATFORM: "kubernetes" } as const

/** One SuperLink, and the SuperNodes that connect to it. */
export const roles = { superlink: "one", supernode: "many" } as const

const superlink = ["superlink"] as const
const supernode = ["supernode"] as const

const withLogin = (kind: string) => (values: Readonly<Record<string, unknown>>) => values.login === kind

export const inputs = {
  // the federation
  "flower-version": input.text({
    help: "Flower version of all sites; also the tag of the images, unless image is given",
    default: "1.34.0",
    file: "flower.version",
    placeholder: "version",
    check: (value: string) =>
      /^\d+\.\d+\.\d+$/.test(value) ? undefined : `${value} is not a version such as 1.34.0`,
  }),
  via: input.choice(["commands", "api"], {
    help: "commands: changes are made by oc and skupper, as in the guide; api: by requests, without a process for each, for many sites",
    default: "commands",
  }),
  "link-with": input.choice(["token", "file"], {
    help: "How a SuperNode's site gets its link: an access token, or a link file if the grant server cannot be reached",
    default: "token",
  }),
  "token-lifetime": input.duration({
    help: "How long an access token can be redeemed",
    default: 900,
    check: (seconds: number) =>
      seconds < SHORTEST_LIFETIME
        ? "must be at least 2m, so that the token can be redeemed in time"
        : undefined,
  }),
  "allow-restart": input.flag({
    approval: true,
    help: "Allow changes to a SuperLink that existed before: a restart loses its list of SuperNodes",
    default: false,
  }),
  "interrupt-runs": input.flag({
    approval: true,
    help: "Restart SuperLink and SuperNodes at once where a change asks for it: otherwise a run in progress is waited for",
    default: false,
  }),
  proof: input.choice(["log", "list", "run", "refused", "isolated"], {
    help: "What verify accepts as proof: the logs, the SuperLink's list of nodes, or a federated run of a tiny app; refused: also that SuperNodes without a registered key are refused; isolated: the logs, and that no other network hears of the SuperNode",
    default: "log",
  }),
  probe: input.choice(["auto", "pod", "off"], {
    help: "How verify tries the listener's port: by a port forward to the router's pod; pod: where that is not allowed, by a pod that lives a few seconds",
    default: "auto",
  }),
  flwr: input.path({
    help: "The flwr command for --proof list and run; default: the one on PATH, else one installed from PyPI",
    trust: (file: string) => `runs ${file}`,
  }),
  commands: input.path({
    help: "A folder that is searched first for oc and skupper",
    trust: (folder: string) => `runs the commands in ${folder}, such as oc and skupper`,
  }),

  ...networkInputs,
  ...securityInputs,

  // every site
  server: input.url({
    per: "site",
    required: true,
    identity: true,
    help: "The cluster's API server",
    prompt: "API server (oc whoami --show-server)",
    probe: "api server",
    placeholder: "https://api.example:6443",
  }),
  project: input.name({
    per: "site",
    required: true,
    place: true,
    help: "The project (namespace) of this site",
    prompt: "Project",
    suggest: (site: { name: string; role: string }) =>
      site.role === "superlink" ? "flower-openshift-demo" : `flower-${site.name}`,
  }),
  "skupper-site": input.name({
    per: "site",
    help: "The name of the Skupper site in this project",
    default: (site: { name: string }) => `${site.name}-interconnect`,
  }),
  login: input.choice(["web", "token", "password", "context"], {
    per: "site",
    help: "How to log in; default: the method whose inputs are given, else web",
    prompt: "How to log in",
    default: (_: unknown, values: Record<string, unknown>) =>
      values.tokenFile !== undefined
        ? "token"
        : values.username !== undefined || values.passwordFile !== undefined
          ? "password"
          : values.context !== undefined
            ? "context"
            : "web",
  }),
  "token-file": input.path({
    per: "site",
    is: "file",
    help: "A file that holds an API token, alone or in the line that Copy login command shows (login token)",
    prompt: "File that holds the token",
    asked: withLogin("token"),
  }),
  username: input.text({
    per: "site",
    help: "User name (login password)",
    prompt: "User name",
    asked: withLogin("password"),
  }),
  "password-file": input.path({
    per: "site",
    is: "file",
    help: "A file that holds the password (login password)",
    prompt: "File that holds the password",
    asked: withLogin("password"),
    trust: (file: string, { username, server }) =>
      `sends the content of ${file} to ${String(server)}, as the password of ${String(username)}`,
  }),
  context: input.text({
    per: "site",
    help: "A context of an existing kubeconfig, which is copied (login context)",
    prompt: "Context (oc config get-contexts)",
    asked: withLogin("context"),
  }),
  kubeconfig: input.path({
    per: "site",
    is: "file",
    help: "The kubeconfig that holds the context; default: KUBECONFIG, else ~/.kube/config; only read",
    trust: async (file: string) => (await kubeconfigs()).kubeconfigPower(file),
  }),
  "callback-port": input.number({
    per: "site",
    help: "Local port for the callback of the browser login (login web)",
  }),
  "certificate-authority": input.path({ per: "site", is: "file", help: "CA file of the API server" }),
  proxy: input.text({
    per: "site",
    help: "Proxy to the API server; default: proxy-url of the context, else HTTPS_PROXY and NO_PROXY; 'none' for no proxy",
    check: (value: string) =>
      value.includes("@")
        ? "a password in it would be shown and stored: set it in HTTPS_PROXY, or as proxy-url of a kubeconfig"
        : undefined,
    // Whoever chooses both the way and the authority can read the credentials on it.
    trust: (proxy: string, { certificateAuthority, server }) =>
      proxy === "none" || certificateAuthority === undefined
        ? undefined
        : `sends what is for ${String(server)} through ${proxy}, with ${String(certificateAuthority)} as the authority`,
  }),
  "operator-channel": input.text({
    per: "site",
    help: "Channel of the skupper-operator package",
    default: "stable-2",
  }),
  "operator-source": input.text({
    per: "site",
    help: "CatalogSource of the operator; default: the one that offers the channel",
  }),
  "operator-namespace": input.name({
    per: "site",
    help: "The namespace that the operator is installed in",
    default: "openshift-operators",
  }),
  image: input.text({
    per: "site",
    help: "Your own image instead of flwr/superlink or flwr/supernode; its tag does not have to be a Flower version",
  }),
  "image-pull-secret": input.name({ per: "site", help: "Secret with the registry's credentials" }),
  env: input.map({
    per: "site",
    help: "Environment of the container, KEY=VALUE; not for secrets, which would be readable in the Deployment",
  }),
  resources: input.map({ per: "site", help: "Requests and limits: requests.cpu=100m, limits.memory=2Gi" }),

  // the SuperLink's site
  "link-access-type": input.choice(
    ["default", "route", "loadbalancer", "nodeport", "local", "ingress", "gateway"],
    {
      per: "site",
      roles: superlink,
      help: "How links from other sites reach this site",
      default: "default",
    },
  ),
  "superlink-workload": input.name({
    per: "site",
    roles: superlink,
    help: "The Deployment of the SuperLink",
    default: "superlink",
  }),
  "tls-secret": input.name({
    per: "site",
    roles: superlink,
    help: "Your own Secret with tls.crt, tls.key, ca.crt for Flower's own TLS; default with tls on: one that the step certificates issues",
  }),
  "gate-image": input.text({
    per: "site",
    roles: superlink,
    help: "The image of the gate, which has to contain nginx 1.22 or newer and sh; default: nginx-unprivileged",
  }),

  "runtime-dependencies": input.text({
    per: "site",
    roles: superlink,
    help: "How much room the SuperLink has for the dependencies of apps that it installs at run time (such as 2Gi), or off; default: 50Mi, as in the guide",
    placeholder: "size|off",
    check: (value: string) =>
      value === "off" || /^[1-9]\d*(?:\.\d+)?(?:[kMGT]i?)$/.test(value)
        ? undefined
        : `${value} is neither off nor a size such as 2Gi`,
  }),
  "control-api": input.text({
    per: "site",
    roles: superlink,
    help: "HOST:PORT of the SuperLink's Control API, to use instead of a port forward",
    placeholder: "address",
    check: (value: string) =>
      /^[^\s:/"]+:\d{1,5}$/.test(value) && Number(value.split(":")[1]) < 65536
        ? undefined
        : `${value} is not HOST:PORT, such as superlink.example:9093`,
  }),

  ...podInputs,

  // the SuperNodes' sites
  ...networkNameInput,
  "root-certificates-secret": input.name({
    per: "site",
    roles: supernode,
    help: "Your own Secret with ca.crt for Flower's own TLS; default with tls on: flower-root-certificates, with the root of the SuperLink's CA",
  }),
  "node-config": input.map({ per: "site", roles: supernode, help: "Flower's --node-config: partition-id=0" }),
  "supernode-manifest": input.path({
    per: "site",
    is: "file",
    roles: supernode,
    help: "Your own manifest instead of the built-in one (a Deployment and its other objects)",
    trust: (file: string, { project }) => `applies every object in ${file} to the project ${String(project)}`,
  }),
} as const

export type Values = FederationValues<typeof inputs>
export type SiteInputs = SiteValues<typeof inputs>
