import type { KubeObject } from "../../../lib/cluster/types.ts"
import { type Case, ready, skupper } from "./case.ts"

const call = (
  name: string,
  argv: string,
  exit: number,
  stdout: string,
  stderr = "",
  more: Partial<Case> = {},
): Case => ({
  name,
  command: "oc",
  argv: argv.split(" "),
  exit,
  stdout,
  stderr,
  ...more,
})
const configMap = (name: string, data: object, more: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...more },
  data,
})
const web = (status?: object): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "example/web:1" }] },
    },
  },
  ...(status && { status }),
})
const CM = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n"
const TWO = `${CM}---\n# nothing here\n---\n${CM.replace("name: a", "name: b")}`
const rolled = {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
}
/** A kubeconfig that names a server nobody is at. */
const CLOSED = {
  "closed.yaml":
    "clusters: [{name: c, cluster: {server: 'https://{closed}'}}]\ncontexts: [{name: x, context: {cluster: c, namespace: p}}]\ncurrent-context: x\n",
}

const manifests: Case[] = [
  call(
    "apply on the server",
    "apply --server-side --field-manager=flower-runbook -f a.yaml",
    0,
    "configmap/a serverside-applied\nconfigmap/b serverside-applied\n",
    "",
    {
      files: { "a.yaml": TWO },
      after: [configMap("a", { k: "v" }), configMap("b", { k: "v" })],
    },
  ),
  call(
    "apply on the server from stdin",
    "apply --server-side --field-manager=m -f -",
    0,
    "configmap/a serverside-applied\n",
    "",
    {
      stdin: CM,
      after: [configMap("a", { k: "v" })],
    },
  ),
  call(
    "apply on the server against another manager",
    "apply --server-side --field-manager=m -f a.yaml",
    1,
    "",
    `error: Apply failed with 1 conflict: conflict with "flower-runbook" using v1: .data.k
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
`,
    {
      before: [configMap("a", { k: "other" })],
      files: { "a.yaml": CM },
      after: [configMap("a", { k: "other" })],
    },
  ),
  call(
    "apply on the server, forced",
    "apply --server-side --field-manager=m -f a.yaml --force-conflicts",
    0,
    "configmap/a serverside-applied\n",
    "",
    {
      before: [configMap("a", { k: "other" })],
      files: { "a.yaml": CM },
      after: [configMap("a", { k: "v" })],
    },
  ),
  call("apply: made", "apply -f a.yaml", 0, "configmap/a created\n", "", {
    files: { "a.yaml": CM },
    after: [configMap("a", { k: "v" })],
  }),
  call(
    "apply: the dry run",
    "apply -f a.yaml --dry-run=server",
    0,
    "configmap/a created (server dry run)\n",
    "",
    {
      files: { "a.yaml": CM },
      gone: [{ apiVersion: "v1", kind: "ConfigMap", name: "a" }],
    },
  ),
  call(
    "apply over what was made another way",
    "apply -f a.yaml",
    0,
    "configmap/a configured\n",
    "Warning: resource configmaps/a is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by oc apply. oc apply should only be used on resources created declaratively by either oc create --save-config or oc apply. The missing annotation will be patched automatically.\n",
    {
      before: [configMap("a", { k: "other", mine: "stays" })],
      files: { "a.yaml": CM },
      after: [configMap("a", { k: "v", mine: "stays" })],
    },
  ),
  call(
    "apply of a kind that is not served",
    "apply --server-side -f a.yaml",
    1,
    "",
    'error: resource mapping not found for name: "x" namespace: "" from "a.yaml": no matches for kind "Widget" in version "example.com/v1"\nensure CRDs are installed first\n',
    {
      files: { "a.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\n" },
    },
  ),
  call(
    "apply of a file that is not there",
    "apply -f nope.yaml",
    1,
    "",
    'error: the path "nope.yaml" does not exist\n',
  ),
  call(
    "apply into a namespace that does not exist",
    "apply -f a.yaml -n doesnotexist",
    1,
    "",
    'Error from server (NotFound): error when creating "a.yaml": namespaces "doesnotexist" not found\n',
    {
      files: { "a.yaml": CM },
    },
  ),
  call(
    "apply into another namespace than the manifest's",
    "apply -f a.yaml -n one",
    1,
    "",
    'error: the namespace from the provided object "two" does not match the namespace "one". You must pass \'--namespace=two\' to perform this operation.\n',
    {
      files: { "a.yaml": CM.replace("name: a", "name: a\n  namespace: two") },
    },
  ),
  call(
    "apply without rights",
    "apply --server-side --field-manager=m -f a.yaml",
    1,
    "",
    'Error from server (Forbidden): configmaps "a" is forbidden: User "dave" cannot patch resource "configmaps" in API group "" in the namespace "{ns}"\n',
    {
      as: "dave",
      files: { "a.yaml": CM },
    },
  ),
  call("create", "create -f a.yaml", 0, "configmap/a created\nconfigmap/b created\n", "", {
    files: { "a.yaml": TWO },
    after: [configMap("a", { k: "v" }), configMap("b", { k: "v" })],
  }),
  call(
    "create once more",
    "create -f a.yaml",
    1,
    "",
    'Error from server (AlreadyExists): error when creating "a.yaml": configmaps "a" already exists\n',
    {
      before: [configMap("a", {})],
      files: { "a.yaml": CM },
    },
  ),
  call("create namespace", "create namespace {ns}-more", 0, "namespace/{ns}-more created\n", "", {
    after: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "{ns}-more" } }],
  }),
  call(
    "create namespace once more",
    "create namespace {ns}",
    1,
    "",
    'Error from server (AlreadyExists): namespaces "{ns}" already exists\n',
  ),
  call("delete", "delete configmap a", 0, 'configmap "a" deleted from {ns} namespace\n', "", {
    before: [configMap("a", {})],
    gone: [{ apiVersion: "v1", kind: "ConfigMap", name: "a" }],
  }),
  call(
    "delete by file, one gone already",
    "delete -f a.yaml --ignore-not-found",
    0,
    'configmap "b" deleted from {ns} namespace\n',
    "",
    {
      before: [configMap("b", {})],
      files: { "a.yaml": TWO },
    },
  ),
  call(
    "delete of one that is not there",
    "delete cm nope",
    1,
    "",
    'Error from server (NotFound): configmaps "nope" not found\n',
  ),
  call(
    "delete by label",
    "delete cm -l a=b",
    0,
    'configmap "x" deleted from {ns} namespace\nconfigmap "y" deleted from {ns} namespace\n',
    "",
    {
      before: [
        configMap("x", {}, { labels: { a: "b" } }),
        configMap("y", {}, { labels: { a: "b" } }),
        configMap("z", {}),
      ],
      after: [configMap("z", {}, {})].map(({ data, ...rest }) => rest),
    },
  ),
]

const reading: Case[] = [
  call(
    "get deployment",
    "get deployment web",
    0,
    "NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    1/1     1            1           {any}\n",
    "",
    {
      before: [web(rolled)],
    },
  ),
  call(
    "get deployment without any pod",
    "get deploy web -o wide",
    0,
    "NAME   READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES          SELECTOR\nweb    0/1     0            0           {any}    web          example/web:1   app=web\n",
    "",
    {
      before: [web()],
    },
  ),
  call(
    "get -o name of two kinds",
    "get cm,deployments -o name",
    0,
    "configmap/a\ndeployment.apps/web\n",
    "",
    {
      before: [configMap("a", {}), web()],
    },
  ),
  call(
    "get -o jsonpath",
    'get st west -o jsonpath={.status.conditions[?(@.type=="Ready")].status}/{.metadata.name}',
    0,
    "True/west",
    "",
    {
      before: [skupper("Site", "west", { status: ready() })],
    },
  ),
  call(
    "get -o jsonpath with a range",
    'get cm -o jsonpath={range\u0020.items[*]}{.metadata.name}={.data.k}{"\\n"}{end}',
    0,
    "a=1\nb=2\n",
    "",
    {
      argv: ["get", "cm", "-o", 'jsonpath={range .items[*]}{.metadata.name}={.data.k}{"\\n"}{end}'],
      before: [configMap("a", { k: "1" }), configMap("b", { k: "2" })],
    },
  ),
  call(
    "get -o json",
    "get cm a -o json",
    0,
    '{\n    "apiVersion": "v1",\n    "data": {\n        "k": "1"\n    },\n    "kind": "ConfigMap",\n    "metadata": {\n        "creationTimestamp": "{any}",\n        "name": "a",\n        "namespace": "{ns}",\n        "resourceVersion": "{any}",\n        "uid": "{uuid}"\n    }\n}\n',
    "",
    {
      before: [configMap("a", { k: "1" })],
    },
  ),
  call(
    "get -o yaml",
    "get cm a -o yaml",
    0,
    'apiVersion: v1\ndata:\n  k: "1"\nkind: ConfigMap\nmetadata:\n  creationTimestamp: {any}\n  name: a\n  namespace: {ns}\n  resourceVersion: "{any}"\n  uid: {uuid}\n',
    "",
    {
      before: [configMap("a", { k: "1" })],
    },
  ),
  call(
    "get of one that is not there",
    "get site nope",
    1,
    "",
    'Error from server (NotFound): sites.skupper.io "nope" not found\n',
  ),
  call("get of none", "get sites", 0, "", "No resources found in {ns} namespace.\n"),
  call("get by label", "get cm -l a=b --no-headers", 0, "x     0     {any}\n", "", {
    before: [configMap("x", {}, { labels: { a: "b" } }), configMap("y", {})],
  }),
  call(
    "get of a kind that is not served",
    "get widgets",
    1,
    "",
    `error: the server doesn't have a resource type "widgets"\n`,
  ),
  call(
    "get without rights",
    "get secrets",
    1,
    "",
    'Error from server (Forbidden): secrets is forbidden: User "dave" cannot list resource "secrets" in API group "" in the namespace "{ns}"\n',
    {
      as: "dave",
    },
  ),
  call(
    "get with a session that has expired",
    "get cm",
    1,
    "",
    `${'{any} memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list: the server has asked for the client to provide credentials"\n'.repeat(5)}error: You must be logged in to the server (the server has asked for the client to provide credentials)\n`,
    {
      as: "expired",
    },
  ),
  call(
    "get where nothing listens",
    "get cm --kubeconfig closed.yaml",
    1,
    "",
    "The connection to the server {closed} was refused - did you specify the right host or port?\n",
    {
      files: CLOSED,
    },
  ),
  call(
    "get without a kubeconfig",
    "get cm",
    1,
    "",
    "error: Missing or incomplete configuration info.  Please point to an existing, complete config file:\n\n  1. Via the command-line flag --kubeconfig\n  2. Via the KUBECONFIG environment variable\n  3. In your home directory as ~/.kube/config\n\nTo view or setup config directly use the 'config' command.\n",
    {
      as: "nobody",
    },
  ),
  call("rollout restart", "rollout restart deployment/web", 0, "deployment.apps/web restarted\n", "", {
    before: [web()],
  }),
  call(
    "rollout status, done",
    "rollout status deployment/web",
    0,
    'deployment "web" successfully rolled out\n',
    "",
    {
      before: [web(rolled)],
    },
  ),
  call(
    "rollout status, too slow",
    "rollout status deployment/web --timeout=1s",
    1,
    'Waiting for deployment "web" rollout to finish: 0 of 1 updated replicas are available...\n',
    "error: timed out waiting for the condition\n",
    {
      before: [web({ ...rolled, readyReplicas: 0, availableReplicas: 0 })],
    },
  ),
  call("annotate", "annotate site/west a=b", 0, "site.skupper.io/west annotated\n", "", {
    before: [skupper("Site", "west")],
    after: [{ ...skupper("Site", "west"), metadata: { name: "west", annotations: { a: "b" } } }],
  }),
  call(
    "annotate what has another value",
    "annotate cm x a=c",
    1,
    "",
    "error: --overwrite is false but found the following declared annotation(s): 'a' already has a value (b)\n",
    {
      before: [configMap("x", {}, { annotations: { a: "b" } })],
    },
  ),
  call("label", "label cm x a=b", 0, "configmap/x labeled\n", "", {
    before: [configMap("x", {})],
    after: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", labels: { a: "b" } } }],
  }),
  call(
    "label with another value",
    "label cm x a=c",
    1,
    "",
    "error: 'a' already has a value (b), and --overwrite is false\n",
    {
      before: [configMap("x", {}, { labels: { a: "b" } })],
    },
  ),
  call("label, overwritten", "label cm x a=c --overwrite", 0, "configmap/x labeled\n", "", {
    before: [configMap("x", {}, { labels: { a: "b" } })],
    after: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", labels: { a: "c" } } }],
  }),
  call("label taken away", "label cm x a-", 0, "configmap/x unlabeled\n", "", {
    before: [configMap("x", {}, { labels: { a: "b" } })],
  }),
  call(
    "version of the client",
    "version --client",
    0,
    "Client Version: 4.21.0\nKustomize Version: v5.7.1\n",
    "",
    { as: "nobody" },
  ),
  call(
    "version",
    "version",
    0,
    "Client Version: 4.21.0\nKustomize Version: v5.7.1\nServer Version: 4.{any}\nKubernetes Version: v{any}\n",
  ),
  call("config current-context", "config current-context", 0, "{ns}/{cluster}/admin\n"),
  call(
    "config view, secrets left out",
    "config view --minify -o jsonpath={.users[0].user.token}",
    0,
    "REDACTED",
  ),
  call("config view, whole", "config view --raw -o jsonpath={.users[0].user.token}", 0, "{token}"),
  call(
    "config use-context that is not there",
    "config use-context x",
    1,
    "",
    'error: no context exists with the name: "x"\n',
  ),
  call(
    "another context that is not there",
    "--context x get cm",
    1,
    "",
    'error: context "x" does not exist\n',
  ),
  call("an unknown command", "frobnicate", 1, "", 'error: unknown command "frobnicate" for "oc"\n'),
  call(
    "an unknown flag",
    "login --nope",
    1,
    "",
    "error: unknown flag: --nope\nSee 'oc login --help' for usage.\n",
  ),
]

export { manifests, reading }
