/** Rows about login plugins. */
import { carolFiles, config, exec, plugin, prints, type Row } from "./row.ts"
import { carol } from "./seen.ts"

const refusing = (what: string, more: object, refused: RegExp): Row => ({
  what,
  files: { config: config({}, exec(more)), ...prints({ token: "good" }) },
  refused,
})
const printing = (what: string, script: Record<string, string>, refused: RegExp): Row => ({
  what,
  files: { config: config({}, exec()), ...script },
  refused,
})

/** Prints a token that tells what the plugin was told: `KEY` of the cluster. */
const telling = (key: string): Record<string, string> =>
  plugin(`value=$(printf '%s' "$KUBERNETES_EXEC_INFO" | sed -n 's/.*"${key}":"\\{0,1\\}\\([^",}]*\\).*/\\1/p')
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "is-$value"`)

const audience = {
  extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "team-a" } }],
}

export const pluginRows: readonly Row[] = [
  {
    what: "a plugin beside the kubeconfig",
    files: { config: config({}, exec()), ...prints({ token: "good" }) },
    seen: "token good",
  },
  {
    what: "a plugin whose token ends with a line break",
    files: { config: config({}, exec()), ...prints({ token: "good\r\n" }) },
    refused: /header/,
  },
  {
    what: "a plugin of the older version",
    files: {
      config: config(
        {},
        exec({ apiVersion: "client.authentication.k8s.io/v1beta1", interactiveMode: undefined }),
      ),
      ...prints({ token: "good" }, { apiVersion: "client.authentication.k8s.io/v1beta1" }),
    },
    seen: "token good",
  },
  {
    what: "a plugin with arguments and variables",
    files: {
      config: config({}, exec({ args: ["-x"], env: [{ name: "WHO", value: "good" }] })),
      ...plugin(
        `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s%s"}}' "$WHO" "$1"`,
      ),
    },
    seen: "token good-x",
  },
  {
    what: "a plugin that makes a certificate",
    files: {
      config: config({}, exec()),
      ...prints({ clientCertificateData: carol.certificate, clientKeyData: carol.key }),
    },
    seen: "nobody certificate carol",
  },
  {
    what: "a plugin that acts as another user",
    files: { config: config({}, { ...exec(), as: "jo" }), ...prints({ token: "good" }) },
    seen: "token good as jo",
  },
  {
    what: "credentials that have expired at once",
    files: {
      config: config({}, exec()),
      ...prints({ token: "good", expirationTimestamp: "2020-01-01T00:00:00Z" }),
    },
    seen: "token good",
  },
  // What it is told.
  {
    what: "whether it may ask",
    files: { config: config({}, exec({ interactiveMode: "IfAvailable" })), ...telling("interactive") },
    seen: "token is-false",
  },
  {
    what: "nothing of the cluster unless it asks for it",
    files: { config: config({}, exec()), ...telling("server") },
    seen: "token is-",
  },
  ...[
    ["tls-server-name", "is-localhost", ""],
    ["audience", "is-team-a", ""],
    ["proxy-url", "is-FIRST", " through proxy first"],
  ].map(
    ([key, token, way]): Row => ({
      what: `${key} of the cluster where it asks for it`,
      files: {
        config: config(
          { "tls-server-name": "localhost", ...audience, ...(way !== "" && { "proxy-url": "FIRST" }) },
          exec({ provideClusterInfo: true }),
        ),
        ...telling(key!),
      },
      seen: `token ${token}${way}`,
    }),
  ),
  {
    what: "the authority of the cluster where it asks for it",
    files: {
      config: config({}, exec({ provideClusterInfo: true })),
      ...plugin(`printf '%s' "$KUBERNETES_EXEC_INFO" | sed 's/.*"certificate-authority-data":"//; s/".*//' | base64 -d | head -c 27 | tr -d ' -' >"$0.read"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$(cat "$0.read")"`),
    },
    seen: "token BEGINCERTIFICATE",
  },
  // What wins over it.
  {
    what: "a plugin and a token",
    files: { config: config({}, { ...exec(), token: "own" }), ...prints({ token: "good" }) },
    seen: "token own",
  },
  {
    what: "a plugin and a password",
    files: {
      config: config({}, { ...exec(), username: "jo", password: "own" }),
      ...prints({ token: "good" }),
    },
    seen: "password jo:own",
  },
  {
    what: "a plugin and a certificate",
    files: {
      config: config({}, { ...exec(), "client-certificate": "pki/carol.crt", "client-key": "pki/carol.key" }),
      ...carolFiles,
      ...prints({ token: "good" }),
    },
    seen: "nobody certificate carol",
  },
  // How it is declared.
  refusing("no apiVersion", { apiVersion: undefined }, /apiVersion must be specified for jo to use exec/),
  refusing("no command", { command: "" }, /command must be specified for jo to use exec/),
  refusing(
    "no interactiveMode",
    { interactiveMode: undefined },
    /interactiveMode must be specified for jo to use exec/,
  ),
  refusing(
    "a mode that does not exist",
    { interactiveMode: "Sometimes" },
    /invalid interactiveMode for jo: "Sometimes"/,
  ),
  refusing(
    "a plugin that has to ask",
    { interactiveMode: "Always" },
    /exec plugin cannot support interactive mode/,
  ),
  refusing(
    "a variable without a name",
    { env: [{ name: "", value: "x" }] },
    /env variable name must be specified for jo/,
  ),
  refusing(
    "a version that does not exist",
    { apiVersion: "client.authentication.k8s.io/v1alpha1" },
    /exec plugin: invalid apiVersion "client.authentication.k8s.io\/v1alpha1"/,
  ),
  refusing(
    "a command that is not on PATH",
    { command: "no-such-plugin", installHint: "install it\nwith brew" },
    /exec: executable no-such-plugin not found[\s\S]*install it\s+with brew/,
  ),
  {
    what: "a plugin that does not exist",
    files: { config: config({}, exec()) },
    refused: /exec: fork\/exec .+\/plugin\.sh: no such file or directory/,
  },
  {
    what: "a plugin that may not be executed",
    files: { config: config({}, exec({ command: "./text" })), text: "x" },
    refused: /exec: fork\/exec .+\/text: permission denied/,
  },
  // What it prints.
  printing(
    "a plugin that fails",
    plugin("echo need login >&2; exit 3"),
    /need login|failed with exit code 3/,
  ),
  printing("junk", plugin("echo CANARY"), /decoding stdout: couldn't get version\/kind; json parse error/),
  printing(
    "nothing",
    plugin("exit 0"),
    /exec plugin is configured to use API version client.authentication.k8s.io\/v1, plugin returned version client.authentication.k8s.io\/__internal/,
  ),
  printing(
    "another version",
    prints({ token: "CANARY" }, { apiVersion: "client.authentication.k8s.io/v1beta1" }),
    /plugin returned version client.authentication.k8s.io\/v1beta1/,
  ),
  printing(
    "another kind",
    prints({ token: "CANARY" }, { kind: "Secret" }),
    /decoding stdout: no kind "Secret" is registered for version "client.authentication.k8s.io\/v1"/,
  ),
  printing("no status", prints({}, { status: undefined }), /exec plugin didn't return a status field/),
  printing("an empty status", prints({}), /exec plugin didn't return a token or cert\/key pair/),
  printing(
    "a certificate without a key",
    prints({ clientCertificateData: carol.certificate }),
    /exec plugin returned only certificate or key, not both/,
  ),
  printing(
    "a time that is none",
    prints({ token: "CANARY", expirationTimestamp: "tomorrow" }),
    /decoding stdout: parsing time "tomorrow"/,
  ),
]
