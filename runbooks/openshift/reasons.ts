/**
 * What OpenShift's components say when something does not come up, and what follows from it: whether they try again by themselves, and
 * what fixes it. Whatever is not in this table is printed in the component's own words, without advice.
 */

/** Who says it. */
type Speaker =
  /** The API server refuses a pod: FailedCreate events, condition ReplicaFailure. */
  | "pod creation"
  /** What binds and provisions volumes: events of a PersistentVolumeClaim, and refusals of one. */
  | "volume"
  /** The kubelet: events of a pod, and the reasons of its waiting containers. */
  | "kubelet"
  /** The Operator Lifecycle Manager: `REASON: message` of a ClusterServiceVersion, an InstallPlan or a Subscription. */
  | "OLM"
  /** Skupper's controller: conditions of a Site or a SecuredAccess. */
  | "Skupper"

export interface Reason {
  readonly from: Speaker
  readonly says: RegExp
  /** Whoever says it tries again, and succeeds as soon as the cause is gone, without anybody's help: waiting is right. */
  readonly passes: boolean
  readonly code: string
  /** Unset where only the words themselves say what to do. */
  readonly fix?: string
  /** Where the text and the behaviour were read. */
  readonly source: string
}

/** Gives requests and limits to whatever comes without. */
export const LIMIT_RANGE = [
  "apiVersion: v1",
  "kind: LimitRange",
  "metadata: { name: defaults }",
  "spec:",
  "  limits:",
  "    - type: Container",
  "      default: { cpu: 500m, memory: 1Gi }",
  "      defaultRequest: { cpu: 100m, memory: 256Mi }",
].join("\n")

const ADMISSION = "kubernetes/plugin/pkg/admission"
const KUBELET = "kubernetes/pkg/kubelet"

/** The first that fits counts. */
export const REASONS: readonly Reason[] = [
  {
    from: "pod creation",
    says: /failed quota: .*must specify/,
    passes: false,
    code: "no limits",
    fix: `the project's quota only admits containers with requests and limits: give them with resources=limits.cpu=1;limits.memory=1Gi, or ask an administrator to apply a LimitRange with defaults in the project:\n${LIMIT_RANGE}`,
    source: `${ADMISSION}/resourcequota/controller.go; skupper#773, #2268`,
  },
  {
    from: "pod creation",
    says: /exceeded quota/,
    passes: false,
    code: "quota",
    fix: "ask for a higher quota in the project, or request less with resources=requests.cpu=…;limits.memory=…",
    source: `${ADMISSION}/resourcequota/controller.go`,
  },
  {
    from: "pod creation",
    says: /max limit to request ratio per (?:Pod|Container)/,
    passes: false,
    code: "ratio",
    fix: "the project's LimitRange bounds how far a limit may exceed its request: bring them closer together with resources=…",
    source: `${ADMISSION}/limitranger/admission.go`,
  },
  {
    from: "pod creation",
    says: /usage per (?:Pod|Container)/,
    passes: false,
    code: "limits",
    fix: "request what the project's LimitRange allows, with resources=…",
    source: `${ADMISSION}/limitranger/admission.go`,
  },
  {
    from: "pod creation",
    says: /security context constraint|PodSecurity/,
    passes: false,
    code: "security",
    fix: "ask an administrator to allow it in the project, or use a manifest that passes Pod Security 'restricted', as the built-in one does",
    source:
      "openshift/apiserver-library-go sccadmission; kubernetes/staging/src/k8s.io/pod-security-admission",
  },
  {
    from: "pod creation",
    says: /error looking up service account|serviceaccount "[^"]*" not found/,
    passes: true,
    code: "service account",
    source: `${ADMISSION}/serviceaccount/admission.go: the controller creates it seconds after the project`,
  },
  {
    from: "pod creation",
    says: /failed calling webhook/,
    passes: true,
    code: "webhook",
    source:
      "kubernetes/staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook: deadline, no endpoints, refused connection",
  },
  {
    from: "pod creation",
    says: /the object has been modified|is being terminated|etcdserver: /,
    passes: true,
    code: "conflict",
    source: "kubernetes/staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go",
  },
  {
    from: "volume",
    says: /no storage class is set|it has no StorageClass/,
    passes: false,
    code: "no StorageClass",
    fix: "the cluster has no default StorageClass: name one with superlink-state-class (`oc get storageclass`), and delete the claim, which cannot change its class; or ask an administrator for a default",
    source: "kubernetes/pkg/controller/volume/persistentvolume/pv_controller.go: FailedBinding",
  },
  {
    from: "volume",
    says: /storageclass(?:es)?\.storage\.k8s\.io "[^"]*" not found/,
    passes: false,
    code: "StorageClass",
    fix: "give the name of a StorageClass that exists with superlink-state-class (`oc get storageclass`), and delete the claim, which cannot change its class",
    source: "kubernetes/pkg/controller/volume/persistentvolume/pv_controller.go: ProvisioningFailed",
  },
  {
    from: "volume",
    says: /exceeded quota/,
    passes: false,
    code: "quota",
    fix: "ask for a higher quota of storage in the project, or request less with superlink-state-size",
    source: `${ADMISSION}/resourcequota/controller.go`,
  },
  {
    from: "kubelet",
    says: /Multi-Attach error/,
    passes: true,
    code: "attached elsewhere",
    source:
      "kubernetes/pkg/controller/volume/attachdetach: a volume is released 6 minutes after its node stopped answering",
  },
  {
    from: "kubelet",
    says: /(?:secret|configmap) "[^"]+" not found/i,
    passes: false,
    code: "missing object",
    fix: "create what the message names in this project, or give the right name",
    source: `${KUBELET}/kubelet_pods.go, ${KUBELET}/volumemanager`,
  },
  {
    from: "kubelet",
    says: /couldn't find key \S+ in (?:Secret|ConfigMap)/,
    passes: false,
    code: "missing key",
    fix: "add the key that the message names",
    source: `${KUBELET}/kubelet_pods.go`,
  },
  {
    from: "kubelet",
    says: /runAsNonRoot|cannot verify user is non-root/i,
    passes: false,
    code: "security",
    fix: "the image runs as root, which the project does not allow: use an image with a numeric user that is not 0",
    source: `${KUBELET}/kuberuntime/security_context_others.go`,
  },
  {
    from: "kubelet",
    says: /Failed to create pod sandbox/i,
    passes: true,
    code: "sandbox",
    source: `${KUBELET}/kuberuntime/kuberuntime_manager.go: retried for ever; the network plugin of a node that has just joined is the usual reason`,
  },
  {
    from: "OLM",
    says: /^(?:NoOperatorGroup|TooManyOperatorGroups)\b|(?:no operator group found|more than one operator group)/,
    passes: false,
    code: "OperatorGroups",
    fix: "exactly one OperatorGroup must remain in the namespace: ask an administrator; OLM then continues by itself",
    source:
      "operator-lifecycle-manager/pkg/controller/operators/olm/operator.go, controller/operators/catalog",
  },
  {
    from: "OLM",
    says: /^UnsupportedOperatorGroup\b/,
    passes: false,
    code: "OperatorGroup",
    fix: "the OperatorGroup of the namespace selects single projects, and this operator only runs for all of them: install it into openshift-operators, or ask an administrator to empty the group's spec",
    source: "operator-lifecycle-manager/pkg/api/apis/operators/v1alpha1/clusterserviceversion_types.go",
  },
  {
    from: "OLM",
    says: /^(?:InterOperatorGroupOwnerConflict|OwnerConflict|CannotModifyStaticOperatorGroupProvidedAPIs)\b/,
    passes: false,
    code: "owner conflict",
    fix: "another installation owns the same kinds: ask an administrator to delete one of them",
    source: "operator-lifecycle-manager/pkg/controller/operators/olm/operator.go",
  },
  {
    from: "OLM",
    says: /^InstallCheckFailed\b.*install timeout|^ComponentUnhealthy\b|^NeedsReinstall\b|^InstallCheckFailed\b.*(?:not available|waiting for)/,
    passes: true,
    code: "install timeout",
    source: "operator-lifecycle-manager#2886: a failed version goes back to Pending and is installed again",
  },
  {
    from: "OLM",
    says: /the object has been modified|context deadline exceeded|failed calling webhook|connection refused|i\/o timeout|etcdserver: /,
    passes: true,
    code: "retried",
    source: "operator-lifecycle-manager#2886; controllers are requeued with a growing pause",
  },
  {
    from: "Skupper",
    says: /^Unsupported value for LinkAccess/,
    passes: false,
    code: "site",
    fix: "choose another --link-access-type: this controller does not support it",
    source: "skupper/internal/kube/site, 2.2.1",
  },
  {
    from: "Skupper",
    says: /field is immutable/,
    passes: false,
    code: "immutable",
    fix: "the controller cannot change the Route's host name: delete the Route, and it creates it again",
    source: "skupper#2243",
  },
]

/** The row that fits; undefined if nothing is known about these words. */
export const reasonFor = (from: Speaker, words: string): Reason | undefined =>
  REASONS.find((row) => row.from === from && row.says.test(words))
