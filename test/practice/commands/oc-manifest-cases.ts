import { type Case, configMap, oc } from "./case.ts"

const CM = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n"
const TWO = `${CM}---\n# nothing here\n---\n${CM.replace("name: a", "name: b")}`
const cases: Case[] = [
  oc(
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
  oc(
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
  oc(
    "apply on the server against another manager",
    "apply --server-side --field-manager=m -f a.yaml",
    1,
    "",
    `error: Apply failed with 1 conflict: conflict with "test" using v1: .data.k
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
  oc(
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
  oc("apply: made", "apply -f a.yaml", 0, "configmap/a created\n", "", {
    files: { "a.yaml": CM },
    after: [configMap("a", { k: "v" })],
  }),
  oc(
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
  oc(
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
  oc(
    "apply of a kind that is not served",
    "apply --server-side -f a.yaml",
    1,
    "",
    'error: resource mapping not found for name: "x" namespace: "" from "a.yaml": no matches for kind "Widget" in version "example.com/v1"\nensure CRDs are installed first\n',
    {
      files: { "a.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\n" },
    },
  ),
  oc(
    "apply of a file that is not there",
    "apply -f nope.yaml",
    1,
    "",
    'error: the path "nope.yaml" does not exist\n',
  ),
  oc(
    "apply into a namespace that does not exist",
    "apply -f a.yaml -n doesnotexist",
    1,
    "",
    'Error from server (NotFound): error when creating "a.yaml": namespaces "doesnotexist" not found\n',
    {
      files: { "a.yaml": CM },
    },
  ),
  oc(
    "apply into another namespace than the manifest's",
    "apply -f a.yaml -n one",
    1,
    "",
    'error: the namespace from the provided object "two" does not match the namespace "one". You must pass \'--namespace=two\' to perform this operation.\n',
    {
      files: { "a.yaml": CM.replace("name: a", "name: a\n  namespace: two") },
    },
  ),
  oc(
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
  oc("create", "create -f a.yaml", 0, "configmap/a created\nconfigmap/b created\n", "", {
    files: { "a.yaml": TWO },
    after: [configMap("a", { k: "v" }), configMap("b", { k: "v" })],
  }),
  oc(
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
  oc("create namespace", "create namespace {ns}-more", 0, "namespace/{ns}-more created\n", "", {
    after: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "{ns}-more" } }],
  }),
  oc(
    "create namespace once more",
    "create namespace {ns}",
    1,
    "",
    'Error from server (AlreadyExists): namespaces "{ns}" already exists\n',
  ),
  oc("delete", "delete configmap a", 0, 'configmap "a" deleted from {ns} namespace\n', "", {
    before: [configMap("a", {})],
    gone: [{ apiVersion: "v1", kind: "ConfigMap", name: "a" }],
  }),
  oc(
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
  oc(
    "delete of one that is not there",
    "delete cm nope",
    1,
    "",
    'Error from server (NotFound): configmaps "nope" not found\n',
  ),
  oc(
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

export default cases
