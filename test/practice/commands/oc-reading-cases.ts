import type { KubeObject } from "../../../lib/cluster/types.ts"
import { type Case, configMap, oc, pending, ready, skupper } from "./case.ts"

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
const rolled = {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
}
/** A kubeconfig that names a server nobody is at. */
const REFUSED = `{any} memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: Get \\"https://{closed}/api?timeout=32s\\": dial tcp {closed}: connect: connection refused"\n`
const CLOSED = {
  "closed.yaml":
    "clusters: [{name: c, cluster: {server: 'https://{closed}'}}]\ncontexts: [{name: x, context: {cluster: c, namespace: p}}]\ncurrent-context: x\n",
}

const cases: Case[] = [
  oc(
    "get deployment",
    "get deployment web",
    0,
    "NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    1/1     1            1           {any}\n",
    "",
    {
      before: [web(rolled)],
    },
  ),
  oc(
    "get deployment without any pod",
    "get deploy web -o wide",
    0,
    "NAME   READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES          SELECTOR\nweb    0/1     0            0           {any}    web          example/web:1   app=web\n",
    "",
    {
      before: [web()],
    },
  ),
  oc(
    "get of two kinds",
    "get cm,deployments",
    0,
    "NAME          DATA   AGE\nconfigmap/a   1      {any}\n\nNAME                  READY   UP-TO-DATE   AVAILABLE   AGE\ndeployment.apps/web   0/1     0            0           {any}\n",
    "",
    { before: [configMap("a", { k: "1" }), web()] },
  ),
  oc(
    "get of a kind that a definition brings",
    "get site",
    0,
    "NAME   STATUS   SITES IN NETWORK   MESSAGE\nwest   Ready    1                  OK\n",
    "",
    { before: [skupper("Site", "west", { status: ready({ sitesInNetwork: 1 }) })] },
  ),
  oc(
    "get everywhere",
    "get connectors -A",
    0,
    "NAMESPACE{any}NAME{any}ROUTING KEY{any}PORT{any}STATUS{any}MESSAGE\n{rest}{ns}{any}c{any}k{any}9092{any}\n{rest}",
    "",
    { before: [skupper("Connector", "c", { spec: { routingKey: "k", port: 9092, host: "h" } })] },
  ),
  oc("get of one project", "get project {ns}", 0, "NAME{any}DISPLAY NAME   STATUS\n{ns}{any}Active\n", "", {
    needs: "OpenShift's own servers",
  }),
  oc("get -o name of two kinds", "get cm,deployments -o name", 0, "configmap/a\ndeployment.apps/web\n", "", {
    before: [configMap("a", {}), web()],
  }),
  oc(
    "get -o jsonpath",
    'get st west -o jsonpath={.status.conditions[?(@.type=="Ready")].status}/{.metadata.name}',
    0,
    "True/west",
    "",
    {
      before: [skupper("Site", "west", { status: ready() })],
    },
  ),
  oc(
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
  oc(
    "get -o json",
    "get cm a -o json",
    0,
    '{\n    "apiVersion": "v1",\n    "data": {\n        "k": "1"\n    },\n    "kind": "ConfigMap",\n    "metadata": {\n        "creationTimestamp": "{any}",\n        "name": "a",\n        "namespace": "{ns}",\n        "resourceVersion": "{any}",\n        "uid": "{uuid}"\n    }\n}\n',
    "",
    {
      before: [configMap("a", { k: "1" })],
    },
  ),
  oc(
    "get -o yaml",
    "get cm a -o yaml",
    0,
    'apiVersion: v1\ndata:\n  k: "1"\nkind: ConfigMap\nmetadata:\n  creationTimestamp: {any}\n  name: a\n  namespace: {ns}\n  resourceVersion: "{any}"\n  uid: {uuid}\n',
    "",
    {
      before: [configMap("a", { k: "1" })],
    },
  ),
  oc(
    "get of one that is not there",
    "get site nope",
    1,
    "",
    'Error from server (NotFound): sites.skupper.io "nope" not found\n',
  ),
  oc("get of none", "get sites", 0, "", "No resources found in {ns} namespace.\n"),
  oc(
    "get of two kinds, none of the first",
    "get deployments,cm",
    0,
    "NAME          DATA   AGE\nconfigmap/a   1      {any}\n",
    "",
    { before: [configMap("a", { k: "1" })] },
  ),
  oc(
    "get of two kinds, none of either",
    "get deployments,sites",
    0,
    "",
    "No resources found in {ns} namespace.\n",
  ),
  oc("get by label", "get cm -l a=b --no-headers", 0, "x     0     {any}\n", "", {
    before: [configMap("x", {}, { labels: { a: "b" } }), configMap("y", {})],
  }),
  oc(
    "get of a kind that is not served",
    "get widgets",
    1,
    "",
    `error: the server doesn't have a resource type "widgets"\n`,
  ),
  oc(
    "get without rights",
    "get secrets",
    1,
    "",
    'Error from server (Forbidden): secrets is forbidden: User "dave" cannot list resource "secrets" in API group "" in the namespace "{ns}"\n',
    {
      as: "dave",
    },
  ),
  oc(
    "get with a session that has expired",
    "get cm",
    1,
    "",
    `${'{any} memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list: the server has asked for the client to provide credentials"\n'.repeat(5)}error: You must be logged in to the server (the server has asked for the client to provide credentials)\n`,
    {
      as: "expired",
    },
  ),
  oc(
    "get where nothing listens",
    "get cm --kubeconfig closed.yaml",
    1,
    "",
    `${REFUSED.repeat(5)}The connection to the server {closed} was refused - did you specify the right host or port?\n`,
    {
      files: CLOSED,
    },
  ),
  oc(
    "logs where nothing listens",
    "logs x --kubeconfig closed.yaml",
    1,
    "",
    `${REFUSED.repeat(4)}The connection to the server {closed} was refused - did you specify the right host or port?\n`,
    { files: CLOSED },
  ),
  oc(
    "apply where nothing listens",
    "apply -f closed.yaml --kubeconfig closed.yaml",
    1,
    "",
    `${REFUSED}error: unable to recognize "closed.yaml": Get "https://{closed}/api?timeout=32s": dial tcp {closed}: connect: connection refused\n`,
    { files: { "closed.yaml": `apiVersion: v1\nkind: Config\n${CLOSED["closed.yaml"]}` } },
  ),
  oc(
    "project where nothing listens",
    "project --kubeconfig closed.yaml",
    1,
    "",
    "The connection to the server {closed} was refused - did you specify the right host or port?\n",
    { files: CLOSED },
  ),
  oc(
    "get without a kubeconfig",
    "get cm",
    1,
    "",
    "error: Missing or incomplete configuration info.  Please point to an existing, complete config file:\n\n\n  1. Via the command-line flag --kubeconfig\n  2. Via the KUBECONFIG environment variable\n  3. In your home directory as ~/.kube/config\n\nTo view or setup config directly use the 'config' command.\n",
    {
      as: "nobody",
    },
  ),
  oc("rollout restart", "rollout restart deployment/web", 0, "deployment.apps/web restarted\n", "", {
    before: [web()],
  }),
  oc(
    "rollout status, done",
    "rollout status deployment/web",
    0,
    'deployment "web" successfully rolled out\n',
    "",
    {
      before: [web(rolled)],
    },
  ),
  oc(
    "rollout status, too slow",
    "rollout status deployment/web --timeout=1s",
    1,
    'Waiting for deployment "web" rollout to finish: 0 of 1 updated replicas are available...\n',
    "error: timed out waiting for the condition\n",
    {
      before: [web({ ...rolled, readyReplicas: 0, availableReplicas: 0 })],
    },
  ),
  oc(
    "wait for a condition",
    "wait --for=condition=Ready site/west",
    0,
    "site.skupper.io/west condition met\n",
    "",
    { before: [skupper("Site", "west", { status: ready() })] },
  ),
  oc(
    "wait for a condition of all",
    "wait --for=condition=ready sites.skupper.io --all --timeout=20s",
    0,
    "site.skupper.io/east condition met\nsite.skupper.io/west condition met\n",
    "",
    {
      before: [skupper("Site", "east", { status: ready() }), skupper("Site", "west", { status: ready() })],
    },
  ),
  oc(
    "wait for a condition that comes",
    "wait --for=condition=Ready site/west",
    0,
    "{any} condition met\n",
    "",
    {
      before: [skupper("Site", "west")],
      meanwhile: { kind: "Site", status: ready() },
    },
  ),
  oc(
    "wait in vain",
    "wait --for=condition=Ready site/west --timeout=1s",
    1,
    "",
    "error: timed out waiting for the condition on sites/west\n",
    { before: [skupper("Site", "west", { status: pending("No router pod is ready") })] },
  ),
  oc("wait for a field", "wait --for=jsonpath={.data.k}=1 cm/x", 0, "configmap/x condition met\n", "", {
    before: [configMap("x", { k: "1" })],
  }),
  oc(
    "wait for another value",
    "wait --for=jsonpath={.data.k}=2 cm/x --timeout=1s",
    1,
    "",
    "error: timed out waiting for the condition on configmaps/x\n",
    { before: [configMap("x", { k: "1" })] },
  ),
  oc(
    "wait for all of none",
    "wait --for=condition=Ready sites.skupper.io --all",
    1,
    "",
    "error: no matching resources found\n",
  ),
  oc(
    "wait for what is not there",
    "wait --for=condition=Ready site/none",
    1,
    "",
    'Error from server (NotFound): sites.skupper.io "none" not found\n',
  ),
  oc("annotate", "annotate site/west a=b", 0, "site.skupper.io/west annotated\n", "", {
    before: [skupper("Site", "west")],
    after: [{ ...skupper("Site", "west"), metadata: { name: "west", annotations: { a: "b" } } }],
  }),
  oc(
    "annotate what has another value",
    "annotate cm x a=c",
    1,
    "",
    "error: --overwrite is false but found the following declared annotation(s): 'a' already has a value (b)\n",
    {
      before: [configMap("x", {}, { annotations: { a: "b" } })],
    },
  ),
  oc("label", "label cm x a=b", 0, "configmap/x labeled\n", "", {
    before: [configMap("x", {})],
    after: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", labels: { a: "b" } } }],
  }),
  oc(
    "label with another value",
    "label cm x a=c",
    1,
    "",
    "error: 'a' already has a value (b), and --overwrite is false\n",
    {
      before: [configMap("x", {}, { labels: { a: "b" } })],
    },
  ),
  oc("label, overwritten", "label cm x a=c --overwrite", 0, "configmap/x labeled\n", "", {
    before: [configMap("x", {}, { labels: { a: "b" } })],
    after: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", labels: { a: "c" } } }],
  }),
  oc("label taken away", "label cm x a-", 0, "configmap/x unlabeled\n", "", {
    before: [configMap("x", {}, { labels: { a: "b" } })],
  }),
  oc(
    "version of the client",
    "version --client",
    0,
    "Client Version: {any}\nKustomize Version: v5.7.1\n",
    "",
    { as: "nobody" },
  ),
  oc(
    "version",
    "version",
    0,
    "Client Version: {any}\nKustomize Version: v5.7.1\nServer Version: 4.{any}\nKubernetes Version: v{any}\n",
    "",
    { needs: "OpenShift's own servers" },
  ),
  oc("config current-context", "config current-context", 0, "{ns}/{cluster}/admin\n"),
  oc(
    "config view, secrets left out",
    "config view --minify -o jsonpath={.users[0].user.token}",
    0,
    "REDACTED",
  ),
  oc("config view, whole", "config view --raw -o jsonpath={.users[0].user.token}", 0, "{token}"),
  oc(
    "config use-context that is not there",
    "config use-context x",
    1,
    "",
    'error: no context exists with the name: "x"\n',
  ),
  oc(
    "another context that is not there",
    "--context x get cm",
    1,
    "",
    "Error in configuration: \n* context was not found for specified context: x\n* cluster has no server defined\n",
  ),
  oc(
    "another context that is not there, for a project",
    "--context x project",
    1,
    "",
    'error: context "x" does not exist\n',
  ),
  oc("an unknown command", "frobnicate", 1, "", 'error: unknown command "frobnicate" for "oc"\n'),
  oc(
    "an unknown flag",
    "login --nope",
    1,
    "",
    "error: unknown flag: --nope\nSee 'oc login --help' for usage.\n",
  ),
]

export default cases
