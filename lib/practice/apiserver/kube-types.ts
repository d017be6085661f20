/** The structs of the built-in kinds, as the Go types of Kubernetes 1.34.4 have them: made by tools/kube-types.go. */

/** Each field of a struct: its name, `?` where it is left out when empty, and its type. */
export const structs: Readonly<Record<string, string>> = {
  "admissionregistration.MatchCondition": "name:string expression:string",
  "admissionregistration.MutatingWebhook":
    "name:string clientConfig:admissionregistration.WebhookClientConfig rules?:[]admissionregistration.RuleWithOperations failurePolicy?:*admissionregistration.FailurePolicyType matchPolicy?:*admissionregistration.MatchPolicyType namespaceSelector?:*meta.LabelSelector objectSelector?:*meta.LabelSelector sideEffects:*admissionregistration.SideEffectClass timeoutSeconds?:*int32 admissionReviewVersions:[]string reinvocationPolicy?:*admissionregistration.ReinvocationPolicyType matchConditions?:[]admissionregistration.MatchCondition",
  "admissionregistration.MutatingWebhookConfiguration":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta webhooks?:[]admissionregistration.MutatingWebhook",
  "admissionregistration.RuleWithOperations":
    "operations?:[]admissionregistration.OperationType apiGroups?:[]string apiVersions?:[]string resources?:[]string scope?:*admissionregistration.ScopeType",
  "admissionregistration.ServiceReference": "namespace:string name:string path?:*string port?:*int32",
  "admissionregistration.WebhookClientConfig":
    "url?:*string service?:*admissionregistration.ServiceReference caBundle?:[]uint8",
  "apiextensions.CustomResourceColumnDefinition":
    "name:string type:string format?:string description?:string priority?:int32 jsonPath:string",
  "apiextensions.CustomResourceConversion":
    "strategy:apiextensions.ConversionStrategyType webhook?:*apiextensions.WebhookConversion",
  "apiextensions.CustomResourceDefinition":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec:apiextensions.CustomResourceDefinitionSpec status?:apiextensions.CustomResourceDefinitionStatus",
  "apiextensions.CustomResourceDefinitionCondition":
    "type:apiextensions.CustomResourceDefinitionConditionType status:apiextensions.ConditionStatus lastTransitionTime?:meta.Time reason?:string message?:string",
  "apiextensions.CustomResourceDefinitionNames":
    "plural:string singular?:string shortNames?:[]string kind:string listKind?:string categories?:[]string",
  "apiextensions.CustomResourceDefinitionSpec":
    "group:string names:apiextensions.CustomResourceDefinitionNames scope:apiextensions.ResourceScope versions:[]apiextensions.CustomResourceDefinitionVersion conversion?:*apiextensions.CustomResourceConversion preserveUnknownFields?:bool",
  "apiextensions.CustomResourceDefinitionStatus":
    "conditions:[]apiextensions.CustomResourceDefinitionCondition acceptedNames:apiextensions.CustomResourceDefinitionNames storedVersions:[]string",
  "apiextensions.CustomResourceDefinitionVersion":
    "name:string served:bool storage:bool deprecated?:bool deprecationWarning?:*string schema?:*apiextensions.CustomResourceValidation subresources?:*apiextensions.CustomResourceSubresources additionalPrinterColumns?:[]apiextensions.CustomResourceColumnDefinition selectableFields?:[]apiextensions.SelectableField",
  "apiextensions.CustomResourceSubresourceScale":
    "specReplicasPath:string statusReplicasPath:string labelSelectorPath?:*string",
  "apiextensions.CustomResourceSubresourceStatus": "",
  "apiextensions.CustomResourceSubresources":
    "status?:*apiextensions.CustomResourceSubresourceStatus scale?:*apiextensions.CustomResourceSubresourceScale",
  "apiextensions.CustomResourceValidation": "openAPIV3Schema?:*apiextensions.JSONSchemaProps",
  "apiextensions.ExternalDocumentation": "description?:string url?:string",
  "apiextensions.JSONSchemaProps":
    "id?:string $schema?:apiextensions.JSONSchemaURL $ref?:*string description?:string type?:string format?:string title?:string default?:*apiextensions.JSON maximum?:*float64 exclusiveMaximum?:bool minimum?:*float64 exclusiveMinimum?:bool maxLength?:*int64 minLength?:*int64 pattern?:string maxItems?:*int64 minItems?:*int64 uniqueItems?:bool multipleOf?:*float64 enum?:[]apiextensions.JSON maxProperties?:*int64 minProperties?:*int64 required?:[]string items?:*apiextensions.JSONSchemaPropsOrArray allOf?:[]apiextensions.JSONSchemaProps oneOf?:[]apiextensions.JSONSchemaProps anyOf?:[]apiextensions.JSONSchemaProps not?:*apiextensions.JSONSchemaProps properties?:map[string]apiextensions.JSONSchemaProps additionalProperties?:*apiextensions.JSONSchemaPropsOrBool patternProperties?:map[string]apiextensions.JSONSchemaProps dependencies?:apiextensions.JSONSchemaDependencies additionalItems?:*apiextensions.JSONSchemaPropsOrBool definitions?:apiextensions.JSONSchemaDefinitions externalDocs?:*apiextensions.ExternalDocumentation example?:*apiextensions.JSON nullable?:bool x-kubernetes-preserve-unknown-fields?:*bool x-kubernetes-embedded-resource?:bool x-kubernetes-int-or-string?:bool x-kubernetes-list-map-keys?:[]string x-kubernetes-list-type?:*string x-kubernetes-map-type?:*string x-kubernetes-validations?:apiextensions.ValidationRules",
  "apiextensions.SelectableField": "jsonPath:string",
  "apiextensions.ServiceReference": "namespace:string name:string path?:*string port?:*int32",
  "apiextensions.ValidationRule":
    "rule:string message?:string messageExpression?:string reason?:*apiextensions.FieldValueErrorReason fieldPath?:string optionalOldSelf?:*bool",
  "apiextensions.WebhookClientConfig":
    "url?:*string service?:*apiextensions.ServiceReference caBundle?:[]uint8",
  "apiextensions.WebhookConversion":
    "clientConfig?:*apiextensions.WebhookClientConfig conversionReviewVersions:[]string",
  "apps.Deployment":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:apps.DeploymentSpec status?:apps.DeploymentStatus",
  "apps.DeploymentCondition":
    "type:apps.DeploymentConditionType status:core.ConditionStatus lastUpdateTime?:meta.Time lastTransitionTime?:meta.Time reason?:string message?:string",
  "apps.DeploymentSpec":
    "replicas?:*int32 selector:*meta.LabelSelector template:core.PodTemplateSpec strategy?:apps.DeploymentStrategy minReadySeconds?:int32 revisionHistoryLimit?:*int32 paused?:bool progressDeadlineSeconds?:*int32",
  "apps.DeploymentStatus":
    "observedGeneration?:int64 replicas?:int32 updatedReplicas?:int32 readyReplicas?:int32 availableReplicas?:int32 unavailableReplicas?:int32 terminatingReplicas?:*int32 conditions?:[]apps.DeploymentCondition collisionCount?:*int32",
  "apps.DeploymentStrategy": "type?:apps.DeploymentStrategyType rollingUpdate?:*apps.RollingUpdateDeployment",
  "apps.ReplicaSet":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:apps.ReplicaSetSpec status?:apps.ReplicaSetStatus",
  "apps.ReplicaSetCondition":
    "type:apps.ReplicaSetConditionType status:core.ConditionStatus lastTransitionTime?:meta.Time reason?:string message?:string",
  "apps.ReplicaSetSpec":
    "replicas?:*int32 minReadySeconds?:int32 selector:*meta.LabelSelector template?:core.PodTemplateSpec",
  "apps.ReplicaSetStatus":
    "replicas:int32 fullyLabeledReplicas?:int32 readyReplicas?:int32 availableReplicas?:int32 terminatingReplicas?:*int32 observedGeneration?:int64 conditions?:[]apps.ReplicaSetCondition",
  "apps.RollingUpdateDeployment": "maxUnavailable?:*intstr.IntOrString maxSurge?:*intstr.IntOrString",
  "authentication.BoundObjectReference": "kind?:string apiVersion?:string name?:string uid?:types.UID",
  "authentication.SelfSubjectReview":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta status?:authentication.SelfSubjectReviewStatus",
  "authentication.SelfSubjectReviewStatus": "userInfo?:authentication.UserInfo",
  "authentication.TokenRequest":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec:authentication.TokenRequestSpec status?:authentication.TokenRequestStatus",
  "authentication.TokenRequestSpec":
    "audiences:[]string expirationSeconds:*int64 boundObjectRef:*authentication.BoundObjectReference",
  "authentication.TokenRequestStatus": "token:string expirationTimestamp:meta.Time",
  "authentication.UserInfo":
    "username?:string uid?:string groups?:[]string extra?:map[string]authentication.ExtraValue",
  "authorization.FieldSelectorAttributes":
    "rawSelector?:string requirements?:[]meta.FieldSelectorRequirement",
  "authorization.LabelSelectorAttributes":
    "rawSelector?:string requirements?:[]meta.LabelSelectorRequirement",
  "authorization.NonResourceAttributes": "path?:string verb?:string",
  "authorization.NonResourceRule": "verbs:[]string nonResourceURLs?:[]string",
  "authorization.ResourceAttributes":
    "namespace?:string verb?:string group?:string version?:string resource?:string subresource?:string name?:string fieldSelector?:*authorization.FieldSelectorAttributes labelSelector?:*authorization.LabelSelectorAttributes",
  "authorization.ResourceRule":
    "verbs:[]string apiGroups?:[]string resources?:[]string resourceNames?:[]string",
  "authorization.SelfSubjectAccessReview":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec:authorization.SelfSubjectAccessReviewSpec status?:authorization.SubjectAccessReviewStatus",
  "authorization.SelfSubjectAccessReviewSpec":
    "resourceAttributes?:*authorization.ResourceAttributes nonResourceAttributes?:*authorization.NonResourceAttributes",
  "authorization.SelfSubjectRulesReview":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec:authorization.SelfSubjectRulesReviewSpec status?:authorization.SubjectRulesReviewStatus",
  "authorization.SelfSubjectRulesReviewSpec": "namespace?:string",
  "authorization.SubjectAccessReview":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec:authorization.SubjectAccessReviewSpec status?:authorization.SubjectAccessReviewStatus",
  "authorization.SubjectAccessReviewSpec":
    "resourceAttributes?:*authorization.ResourceAttributes nonResourceAttributes?:*authorization.NonResourceAttributes user?:string groups?:[]string extra?:map[string]authorization.ExtraValue uid?:string",
  "authorization.SubjectAccessReviewStatus":
    "allowed:bool denied?:bool reason?:string evaluationError?:string",
  "authorization.SubjectRulesReviewStatus":
    "resourceRules:[]authorization.ResourceRule nonResourceRules:[]authorization.NonResourceRule incomplete:bool evaluationError?:string",
  "autoscaling.Scale":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:autoscaling.ScaleSpec status?:autoscaling.ScaleStatus",
  "autoscaling.ScaleSpec": "replicas?:int32",
  "autoscaling.ScaleStatus": "replicas:int32 selector?:string",
  "coordination.Lease":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:coordination.LeaseSpec",
  "coordination.LeaseSpec":
    "holderIdentity?:*string leaseDurationSeconds?:*int32 acquireTime?:*meta.MicroTime renewTime?:*meta.MicroTime leaseTransitions?:*int32 strategy?:*coordination.CoordinatedLeaseStrategy preferredHolder?:*string",
  "core.AWSElasticBlockStoreVolumeSource": "volumeID:string fsType?:string partition?:int32 readOnly?:bool",
  "core.Affinity":
    "nodeAffinity?:*core.NodeAffinity podAffinity?:*core.PodAffinity podAntiAffinity?:*core.PodAntiAffinity",
  "core.AppArmorProfile": "type:core.AppArmorProfileType localhostProfile?:*string",
  "core.AttachedVolume": "name:core.UniqueVolumeName devicePath:string",
  "core.AzureDiskVolumeSource":
    "diskName:string diskURI:string cachingMode?:*core.AzureDataDiskCachingMode fsType?:*string readOnly?:*bool kind?:*core.AzureDataDiskKind",
  "core.AzureFilePersistentVolumeSource":
    "secretName:string shareName:string readOnly?:bool secretNamespace:*string",
  "core.AzureFileVolumeSource": "secretName:string shareName:string readOnly?:bool",
  "core.Binding": "kind?:string apiVersion?:string metadata?:meta.ObjectMeta target:core.ObjectReference",
  "core.CSIPersistentVolumeSource":
    "driver:string volumeHandle:string readOnly?:bool fsType?:string volumeAttributes?:map[string]string controllerPublishSecretRef?:*core.SecretReference nodeStageSecretRef?:*core.SecretReference nodePublishSecretRef?:*core.SecretReference controllerExpandSecretRef?:*core.SecretReference nodeExpandSecretRef?:*core.SecretReference",
  "core.CSIVolumeSource":
    "driver:string readOnly?:*bool fsType?:*string volumeAttributes?:map[string]string nodePublishSecretRef?:*core.LocalObjectReference",
  "core.Capabilities": "add?:[]core.Capability drop?:[]core.Capability",
  "core.CephFSPersistentVolumeSource":
    "monitors:[]string path?:string user?:string secretFile?:string secretRef?:*core.SecretReference readOnly?:bool",
  "core.CephFSVolumeSource":
    "monitors:[]string path?:string user?:string secretFile?:string secretRef?:*core.LocalObjectReference readOnly?:bool",
  "core.CinderPersistentVolumeSource":
    "volumeID:string fsType?:string readOnly?:bool secretRef?:*core.SecretReference",
  "core.CinderVolumeSource":
    "volumeID:string fsType?:string readOnly?:bool secretRef?:*core.LocalObjectReference",
  "core.ClientIPConfig": "timeoutSeconds?:*int32",
  "core.ClusterTrustBundleProjection":
    "name?:*string signerName?:*string labelSelector?:*meta.LabelSelector optional?:*bool path:string",
  "core.ConfigMap":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta immutable?:*bool data?:map[string]string binaryData?:map[string][]uint8",
  "core.ConfigMapEnvSource": "name?:string optional?:*bool",
  "core.ConfigMapKeySelector": "name?:string key:string optional?:*bool",
  "core.ConfigMapNodeConfigSource":
    "namespace:string name:string uid?:types.UID resourceVersion?:string kubeletConfigKey:string",
  "core.ConfigMapProjection": "name?:string items?:[]core.KeyToPath optional?:*bool",
  "core.ConfigMapVolumeSource": "name?:string items?:[]core.KeyToPath defaultMode?:*int32 optional?:*bool",
  "core.Container":
    "name:string image?:string command?:[]string args?:[]string workingDir?:string ports?:[]core.ContainerPort envFrom?:[]core.EnvFromSource env?:[]core.EnvVar resources?:core.ResourceRequirements resizePolicy?:[]core.ContainerResizePolicy restartPolicy?:*core.ContainerRestartPolicy restartPolicyRules?:[]core.ContainerRestartRule volumeMounts?:[]core.VolumeMount volumeDevices?:[]core.VolumeDevice livenessProbe?:*core.Probe readinessProbe?:*core.Probe startupProbe?:*core.Probe lifecycle?:*core.Lifecycle terminationMessagePath?:string terminationMessagePolicy?:core.TerminationMessagePolicy imagePullPolicy?:core.PullPolicy securityContext?:*core.SecurityContext stdin?:bool stdinOnce?:bool tty?:bool",
  "core.ContainerExtendedResourceRequest": "containerName:string resourceName:string requestName:string",
  "core.ContainerImage": "names:[]string sizeBytes?:int64",
  "core.ContainerPort":
    "name?:string hostPort?:int32 containerPort:int32 protocol?:core.Protocol hostIP?:string",
  "core.ContainerResizePolicy":
    "resourceName:core.ResourceName restartPolicy:core.ResourceResizeRestartPolicy",
  "core.ContainerRestartRule":
    "action?:core.ContainerRestartRuleAction exitCodes?:*core.ContainerRestartRuleOnExitCodes",
  "core.ContainerRestartRuleOnExitCodes":
    "operator?:core.ContainerRestartRuleOnExitCodesOperator values?:[]int32",
  "core.ContainerState":
    "waiting?:*core.ContainerStateWaiting running?:*core.ContainerStateRunning terminated?:*core.ContainerStateTerminated",
  "core.ContainerStateRunning": "startedAt?:meta.Time",
  "core.ContainerStateTerminated":
    "exitCode:int32 signal?:int32 reason?:string message?:string startedAt?:meta.Time finishedAt?:meta.Time containerID?:string",
  "core.ContainerStateWaiting": "reason?:string message?:string",
  "core.ContainerStatus":
    "name:string state?:core.ContainerState lastState?:core.ContainerState ready:bool restartCount:int32 image:string imageID:string containerID?:string started?:*bool allocatedResources?:core.ResourceList resources?:*core.ResourceRequirements volumeMounts?:[]core.VolumeMountStatus user?:*core.ContainerUser allocatedResourcesStatus?:[]core.ResourceStatus stopSignal?:*core.Signal",
  "core.ContainerUser": "linux?:*core.LinuxContainerUser",
  "core.DaemonEndpoint": "Port:int32",
  "core.DownwardAPIProjection": "items?:[]core.DownwardAPIVolumeFile",
  "core.DownwardAPIVolumeFile":
    "path:string fieldRef?:*core.ObjectFieldSelector resourceFieldRef?:*core.ResourceFieldSelector mode?:*int32",
  "core.DownwardAPIVolumeSource": "items?:[]core.DownwardAPIVolumeFile defaultMode?:*int32",
  "core.EmptyDirVolumeSource": "medium?:core.StorageMedium sizeLimit?:*resource.Quantity",
  "core.EndpointAddress": "ip:string hostname?:string nodeName?:*string targetRef?:*core.ObjectReference",
  "core.EndpointPort": "name?:string port:int32 protocol?:core.Protocol appProtocol?:*string",
  "core.EndpointSubset":
    "addresses?:[]core.EndpointAddress notReadyAddresses?:[]core.EndpointAddress ports?:[]core.EndpointPort",
  "core.Endpoints":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta subsets?:[]core.EndpointSubset",
  "core.EnvFromSource":
    "prefix?:string configMapRef?:*core.ConfigMapEnvSource secretRef?:*core.SecretEnvSource",
  "core.EnvVar": "name:string value?:string valueFrom?:*core.EnvVarSource",
  "core.EnvVarSource":
    "fieldRef?:*core.ObjectFieldSelector resourceFieldRef?:*core.ResourceFieldSelector configMapKeyRef?:*core.ConfigMapKeySelector secretKeyRef?:*core.SecretKeySelector fileKeyRef?:*core.FileKeySelector",
  "core.EphemeralContainer":
    "name:string image?:string command?:[]string args?:[]string workingDir?:string ports?:[]core.ContainerPort envFrom?:[]core.EnvFromSource env?:[]core.EnvVar resources?:core.ResourceRequirements resizePolicy?:[]core.ContainerResizePolicy restartPolicy?:*core.ContainerRestartPolicy restartPolicyRules?:[]core.ContainerRestartRule volumeMounts?:[]core.VolumeMount volumeDevices?:[]core.VolumeDevice livenessProbe?:*core.Probe readinessProbe?:*core.Probe startupProbe?:*core.Probe lifecycle?:*core.Lifecycle terminationMessagePath?:string terminationMessagePolicy?:core.TerminationMessagePolicy imagePullPolicy?:core.PullPolicy securityContext?:*core.SecurityContext stdin?:bool stdinOnce?:bool tty?:bool targetContainerName?:string",
  "core.EphemeralVolumeSource": "volumeClaimTemplate?:*core.PersistentVolumeClaimTemplate",
  "core.Event":
    "kind?:string apiVersion?:string metadata:meta.ObjectMeta involvedObject:core.ObjectReference reason?:string message?:string source?:core.EventSource firstTimestamp?:meta.Time lastTimestamp?:meta.Time count?:int32 type?:string eventTime?:meta.MicroTime series?:*core.EventSeries action?:string related?:*core.ObjectReference reportingComponent:string reportingInstance:string",
  "core.EventSeries": "count?:int32 lastObservedTime?:meta.MicroTime",
  "core.EventSource": "component?:string host?:string",
  "core.ExecAction": "command?:[]string",
  "core.FCVolumeSource": "targetWWNs?:[]string lun?:*int32 fsType?:string readOnly?:bool wwids?:[]string",
  "core.FileKeySelector": "volumeName:string path:string key:string optional?:*bool",
  "core.FlexPersistentVolumeSource":
    "driver:string fsType?:string secretRef?:*core.SecretReference readOnly?:bool options?:map[string]string",
  "core.FlexVolumeSource":
    "driver:string fsType?:string secretRef?:*core.LocalObjectReference readOnly?:bool options?:map[string]string",
  "core.FlockerVolumeSource": "datasetName?:string datasetUUID?:string",
  "core.GCEPersistentDiskVolumeSource": "pdName:string fsType?:string partition?:int32 readOnly?:bool",
  "core.GRPCAction": "port:int32 service:*string",
  "core.GitRepoVolumeSource": "repository:string revision?:string directory?:string",
  "core.GlusterfsPersistentVolumeSource":
    "endpoints:string path:string readOnly?:bool endpointsNamespace?:*string",
  "core.GlusterfsVolumeSource": "endpoints:string path:string readOnly?:bool",
  "core.HTTPGetAction":
    "path?:string port:intstr.IntOrString host?:string scheme?:core.URIScheme httpHeaders?:[]core.HTTPHeader",
  "core.HTTPHeader": "name:string value:string",
  "core.HostAlias": "ip:string hostnames?:[]string",
  "core.HostIP": "ip:string",
  "core.HostPathVolumeSource": "path:string type?:*core.HostPathType",
  "core.ISCSIPersistentVolumeSource":
    "targetPortal:string iqn:string lun:int32 iscsiInterface?:string fsType?:string readOnly?:bool portals?:[]string chapAuthDiscovery?:bool chapAuthSession?:bool secretRef?:*core.SecretReference initiatorName?:*string",
  "core.ISCSIVolumeSource":
    "targetPortal:string iqn:string lun:int32 iscsiInterface?:string fsType?:string readOnly?:bool portals?:[]string chapAuthDiscovery?:bool chapAuthSession?:bool secretRef?:*core.LocalObjectReference initiatorName?:*string",
  "core.ImageVolumeSource": "reference?:string pullPolicy?:core.PullPolicy",
  "core.KeyToPath": "key:string path:string mode?:*int32",
  "core.Lifecycle":
    "postStart?:*core.LifecycleHandler preStop?:*core.LifecycleHandler stopSignal?:*core.Signal",
  "core.LifecycleHandler":
    "exec?:*core.ExecAction httpGet?:*core.HTTPGetAction tcpSocket?:*core.TCPSocketAction sleep?:*core.SleepAction",
  "core.LimitRange": "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:core.LimitRangeSpec",
  "core.LimitRangeItem":
    "type:core.LimitType max?:core.ResourceList min?:core.ResourceList default?:core.ResourceList defaultRequest?:core.ResourceList maxLimitRequestRatio?:core.ResourceList",
  "core.LimitRangeSpec": "limits:[]core.LimitRangeItem",
  "core.LinuxContainerUser": "uid:int64 gid:int64 supplementalGroups?:[]int64",
  "core.LoadBalancerIngress":
    "ip?:string hostname?:string ipMode?:*core.LoadBalancerIPMode ports?:[]core.PortStatus",
  "core.LoadBalancerStatus": "ingress?:[]core.LoadBalancerIngress",
  "core.LocalObjectReference": "name?:string",
  "core.LocalVolumeSource": "path:string fsType?:*string",
  "core.ModifyVolumeStatus":
    "targetVolumeAttributesClassName?:string status:core.PersistentVolumeClaimModifyVolumeStatus",
  "core.NFSVolumeSource": "server:string path:string readOnly?:bool",
  "core.Namespace":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:core.NamespaceSpec status?:core.NamespaceStatus",
  "core.NamespaceCondition":
    "type:core.NamespaceConditionType status:core.ConditionStatus lastTransitionTime?:meta.Time reason?:string message?:string",
  "core.NamespaceSpec": "finalizers?:[]core.FinalizerName",
  "core.NamespaceStatus": "phase?:core.NamespacePhase conditions?:[]core.NamespaceCondition",
  "core.Node":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:core.NodeSpec status?:core.NodeStatus",
  "core.NodeAddress": "type:core.NodeAddressType address:string",
  "core.NodeAffinity":
    "requiredDuringSchedulingIgnoredDuringExecution?:*core.NodeSelector preferredDuringSchedulingIgnoredDuringExecution?:[]core.PreferredSchedulingTerm",
  "core.NodeCondition":
    "type:core.NodeConditionType status:core.ConditionStatus lastHeartbeatTime?:meta.Time lastTransitionTime?:meta.Time reason?:string message?:string",
  "core.NodeConfigSource": "configMap?:*core.ConfigMapNodeConfigSource",
  "core.NodeConfigStatus":
    "assigned?:*core.NodeConfigSource active?:*core.NodeConfigSource lastKnownGood?:*core.NodeConfigSource error?:string",
  "core.NodeDaemonEndpoints": "kubeletEndpoint?:core.DaemonEndpoint",
  "core.NodeFeatures": "supplementalGroupsPolicy?:*bool",
  "core.NodeRuntimeHandler": "name:string features?:*core.NodeRuntimeHandlerFeatures",
  "core.NodeRuntimeHandlerFeatures": "recursiveReadOnlyMounts?:*bool userNamespaces?:*bool",
  "core.NodeSelector": "nodeSelectorTerms:[]core.NodeSelectorTerm",
  "core.NodeSelectorRequirement": "key:string operator:core.NodeSelectorOperator values?:[]string",
  "core.NodeSelectorTerm":
    "matchExpressions?:[]core.NodeSelectorRequirement matchFields?:[]core.NodeSelectorRequirement",
  "core.NodeSpec":
    "podCIDR?:string podCIDRs?:[]string providerID?:string unschedulable?:bool taints?:[]core.Taint configSource?:*core.NodeConfigSource externalID?:string",
  "core.NodeStatus":
    "capacity?:core.ResourceList allocatable?:core.ResourceList phase?:core.NodePhase conditions?:[]core.NodeCondition addresses?:[]core.NodeAddress daemonEndpoints?:core.NodeDaemonEndpoints nodeInfo?:core.NodeSystemInfo images?:[]core.ContainerImage volumesInUse?:[]core.UniqueVolumeName volumesAttached?:[]core.AttachedVolume config?:*core.NodeConfigStatus runtimeHandlers?:[]core.NodeRuntimeHandler features?:*core.NodeFeatures",
  "core.NodeSwapStatus": "capacity?:*int64",
  "core.NodeSystemInfo":
    "machineID:string systemUUID:string bootID:string kernelVersion:string osImage:string containerRuntimeVersion:string kubeletVersion:string kubeProxyVersion:string operatingSystem:string architecture:string swap?:*core.NodeSwapStatus",
  "core.ObjectFieldSelector": "apiVersion?:string fieldPath:string",
  "core.ObjectReference":
    "kind?:string namespace?:string name?:string uid?:types.UID apiVersion?:string resourceVersion?:string fieldPath?:string",
  "core.PersistentVolume":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:core.PersistentVolumeSpec status?:core.PersistentVolumeStatus",
  "core.PersistentVolumeClaim":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:core.PersistentVolumeClaimSpec status?:core.PersistentVolumeClaimStatus",
  "core.PersistentVolumeClaimCondition":
    "type:core.PersistentVolumeClaimConditionType status:core.ConditionStatus lastProbeTime?:meta.Time lastTransitionTime?:meta.Time reason?:string message?:string",
  "core.PersistentVolumeClaimSpec":
    "accessModes?:[]core.PersistentVolumeAccessMode selector?:*meta.LabelSelector resources?:core.VolumeResourceRequirements volumeName?:string storageClassName?:*string volumeMode?:*core.PersistentVolumeMode dataSource?:*core.TypedLocalObjectReference dataSourceRef?:*core.TypedObjectReference volumeAttributesClassName?:*string",
  "core.PersistentVolumeClaimStatus":
    "phase?:core.PersistentVolumeClaimPhase accessModes?:[]core.PersistentVolumeAccessMode capacity?:core.ResourceList conditions?:[]core.PersistentVolumeClaimCondition allocatedResources?:core.ResourceList allocatedResourceStatuses?:map[core.ResourceName]core.ClaimResourceStatus currentVolumeAttributesClassName?:*string modifyVolumeStatus?:*core.ModifyVolumeStatus",
  "core.PersistentVolumeClaimTemplate": "metadata?:meta.ObjectMeta spec:core.PersistentVolumeClaimSpec",
  "core.PersistentVolumeClaimVolumeSource": "claimName:string readOnly?:bool",
  "core.PersistentVolumeSpec":
    "capacity?:core.ResourceList gcePersistentDisk?:*core.GCEPersistentDiskVolumeSource awsElasticBlockStore?:*core.AWSElasticBlockStoreVolumeSource hostPath?:*core.HostPathVolumeSource glusterfs?:*core.GlusterfsPersistentVolumeSource nfs?:*core.NFSVolumeSource rbd?:*core.RBDPersistentVolumeSource iscsi?:*core.ISCSIPersistentVolumeSource cinder?:*core.CinderPersistentVolumeSource cephfs?:*core.CephFSPersistentVolumeSource fc?:*core.FCVolumeSource flocker?:*core.FlockerVolumeSource flexVolume?:*core.FlexPersistentVolumeSource azureFile?:*core.AzureFilePersistentVolumeSource vsphereVolume?:*core.VsphereVirtualDiskVolumeSource quobyte?:*core.QuobyteVolumeSource azureDisk?:*core.AzureDiskVolumeSource photonPersistentDisk?:*core.PhotonPersistentDiskVolumeSource portworxVolume?:*core.PortworxVolumeSource scaleIO?:*core.ScaleIOPersistentVolumeSource local?:*core.LocalVolumeSource storageos?:*core.StorageOSPersistentVolumeSource csi?:*core.CSIPersistentVolumeSource accessModes?:[]core.PersistentVolumeAccessMode claimRef?:*core.ObjectReference persistentVolumeReclaimPolicy?:core.PersistentVolumeReclaimPolicy storageClassName?:string mountOptions?:[]string volumeMode?:*core.PersistentVolumeMode nodeAffinity?:*core.VolumeNodeAffinity volumeAttributesClassName?:*string",
  "core.PersistentVolumeStatus":
    "phase?:core.PersistentVolumePhase message?:string reason?:string lastPhaseTransitionTime?:*meta.Time",
  "core.PhotonPersistentDiskVolumeSource": "pdID:string fsType?:string",
  "core.Pod":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:core.PodSpec status?:core.PodStatus",
  "core.PodAffinity":
    "requiredDuringSchedulingIgnoredDuringExecution?:[]core.PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution?:[]core.WeightedPodAffinityTerm",
  "core.PodAffinityTerm":
    "labelSelector?:*meta.LabelSelector namespaces?:[]string topologyKey:string namespaceSelector?:*meta.LabelSelector matchLabelKeys?:[]string mismatchLabelKeys?:[]string",
  "core.PodAntiAffinity":
    "requiredDuringSchedulingIgnoredDuringExecution?:[]core.PodAffinityTerm preferredDuringSchedulingIgnoredDuringExecution?:[]core.WeightedPodAffinityTerm",
  "core.PodCertificateProjection":
    "signerName?:string keyType?:string maxExpirationSeconds?:*int32 credentialBundlePath?:string keyPath?:string certificateChainPath?:string",
  "core.PodCondition":
    "type:core.PodConditionType observedGeneration?:int64 status:core.ConditionStatus lastProbeTime?:meta.Time lastTransitionTime?:meta.Time reason?:string message?:string",
  "core.PodDNSConfig": "nameservers?:[]string searches?:[]string options?:[]core.PodDNSConfigOption",
  "core.PodDNSConfigOption": "name?:string value?:*string",
  "core.PodExtendedResourceClaimStatus":
    "requestMappings:[]core.ContainerExtendedResourceRequest resourceClaimName:string",
  "core.PodIP": "ip:string",
  "core.PodOS": "name:core.OSName",
  "core.PodReadinessGate": "conditionType:core.PodConditionType",
  "core.PodResourceClaim": "name:string resourceClaimName?:*string resourceClaimTemplateName?:*string",
  "core.PodResourceClaimStatus": "name:string resourceClaimName?:*string",
  "core.PodSchedulingGate": "name:string",
  "core.PodSecurityContext":
    "seLinuxOptions?:*core.SELinuxOptions windowsOptions?:*core.WindowsSecurityContextOptions runAsUser?:*int64 runAsGroup?:*int64 runAsNonRoot?:*bool supplementalGroups?:[]int64 supplementalGroupsPolicy?:*core.SupplementalGroupsPolicy fsGroup?:*int64 sysctls?:[]core.Sysctl fsGroupChangePolicy?:*core.PodFSGroupChangePolicy seccompProfile?:*core.SeccompProfile appArmorProfile?:*core.AppArmorProfile seLinuxChangePolicy?:*core.PodSELinuxChangePolicy",
  "core.PodSpec":
    "volumes?:[]core.Volume initContainers?:[]core.Container containers:[]core.Container ephemeralContainers?:[]core.EphemeralContainer restartPolicy?:core.RestartPolicy terminationGracePeriodSeconds?:*int64 activeDeadlineSeconds?:*int64 dnsPolicy?:core.DNSPolicy nodeSelector?:map[string]string serviceAccountName?:string serviceAccount?:string automountServiceAccountToken?:*bool nodeName?:string hostNetwork?:bool hostPID?:bool hostIPC?:bool shareProcessNamespace?:*bool securityContext?:*core.PodSecurityContext imagePullSecrets?:[]core.LocalObjectReference hostname?:string subdomain?:string affinity?:*core.Affinity schedulerName?:string tolerations?:[]core.Toleration hostAliases?:[]core.HostAlias priorityClassName?:string priority?:*int32 dnsConfig?:*core.PodDNSConfig readinessGates?:[]core.PodReadinessGate runtimeClassName?:*string enableServiceLinks?:*bool preemptionPolicy?:*core.PreemptionPolicy overhead?:core.ResourceList topologySpreadConstraints?:[]core.TopologySpreadConstraint setHostnameAsFQDN?:*bool os?:*core.PodOS hostUsers?:*bool schedulingGates?:[]core.PodSchedulingGate resourceClaims?:[]core.PodResourceClaim resources?:*core.ResourceRequirements hostnameOverride?:*string",
  "core.PodStatus":
    "observedGeneration?:int64 phase?:core.PodPhase conditions?:[]core.PodCondition message?:string reason?:string nominatedNodeName?:string hostIP?:string hostIPs?:[]core.HostIP podIP?:string podIPs?:[]core.PodIP startTime?:*meta.Time initContainerStatuses?:[]core.ContainerStatus containerStatuses?:[]core.ContainerStatus qosClass?:core.PodQOSClass ephemeralContainerStatuses?:[]core.ContainerStatus resize?:core.PodResizeStatus resourceClaimStatuses?:[]core.PodResourceClaimStatus extendedResourceClaimStatus?:*core.PodExtendedResourceClaimStatus",
  "core.PodTemplateSpec": "metadata?:meta.ObjectMeta spec?:core.PodSpec",
  "core.PortStatus": "port:int32 protocol:core.Protocol error?:*string",
  "core.PortworxVolumeSource": "volumeID:string fsType?:string readOnly?:bool",
  "core.PreferredSchedulingTerm": "weight:int32 preference:core.NodeSelectorTerm",
  "core.Probe":
    "exec?:*core.ExecAction httpGet?:*core.HTTPGetAction tcpSocket?:*core.TCPSocketAction grpc?:*core.GRPCAction initialDelaySeconds?:int32 timeoutSeconds?:int32 periodSeconds?:int32 successThreshold?:int32 failureThreshold?:int32 terminationGracePeriodSeconds?:*int64",
  "core.ProjectedVolumeSource": "sources:[]core.VolumeProjection defaultMode?:*int32",
  "core.QuobyteVolumeSource":
    "registry:string volume:string readOnly?:bool user?:string group?:string tenant?:string",
  "core.RBDPersistentVolumeSource":
    "monitors:[]string image:string fsType?:string pool?:string user?:string keyring?:string secretRef?:*core.SecretReference readOnly?:bool",
  "core.RBDVolumeSource":
    "monitors:[]string image:string fsType?:string pool?:string user?:string keyring?:string secretRef?:*core.LocalObjectReference readOnly?:bool",
  "core.ResourceClaim": "name:string request?:string",
  "core.ResourceFieldSelector": "containerName?:string resource:string divisor?:resource.Quantity",
  "core.ResourceHealth": "resourceID:core.ResourceID health?:core.ResourceHealthStatus",
  "core.ResourceQuota":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:core.ResourceQuotaSpec status?:core.ResourceQuotaStatus",
  "core.ResourceQuotaSpec":
    "hard?:core.ResourceList scopes?:[]core.ResourceQuotaScope scopeSelector?:*core.ScopeSelector",
  "core.ResourceQuotaStatus": "hard?:core.ResourceList used?:core.ResourceList",
  "core.ResourceRequirements":
    "limits?:core.ResourceList requests?:core.ResourceList claims?:[]core.ResourceClaim",
  "core.ResourceStatus": "name:core.ResourceName resources?:[]core.ResourceHealth",
  "core.SELinuxOptions": "user?:string role?:string type?:string level?:string",
  "core.ScaleIOPersistentVolumeSource":
    "gateway:string system:string secretRef:*core.SecretReference sslEnabled?:bool protectionDomain?:string storagePool?:string storageMode?:string volumeName?:string fsType?:string readOnly?:bool",
  "core.ScaleIOVolumeSource":
    "gateway:string system:string secretRef:*core.LocalObjectReference sslEnabled?:bool protectionDomain?:string storagePool?:string storageMode?:string volumeName?:string fsType?:string readOnly?:bool",
  "core.ScopeSelector": "matchExpressions?:[]core.ScopedResourceSelectorRequirement",
  "core.ScopedResourceSelectorRequirement":
    "scopeName:core.ResourceQuotaScope operator:core.ScopeSelectorOperator values?:[]string",
  "core.SeccompProfile": "type:core.SeccompProfileType localhostProfile?:*string",
  "core.Secret":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta immutable?:*bool data?:map[string][]uint8 stringData?:map[string]string type?:core.SecretType",
  "core.SecretEnvSource": "name?:string optional?:*bool",
  "core.SecretKeySelector": "name?:string key:string optional?:*bool",
  "core.SecretProjection": "name?:string items?:[]core.KeyToPath optional?:*bool",
  "core.SecretReference": "name?:string namespace?:string",
  "core.SecretVolumeSource": "secretName?:string items?:[]core.KeyToPath defaultMode?:*int32 optional?:*bool",
  "core.SecurityContext":
    "capabilities?:*core.Capabilities privileged?:*bool seLinuxOptions?:*core.SELinuxOptions windowsOptions?:*core.WindowsSecurityContextOptions runAsUser?:*int64 runAsGroup?:*int64 runAsNonRoot?:*bool readOnlyRootFilesystem?:*bool allowPrivilegeEscalation?:*bool procMount?:*core.ProcMountType seccompProfile?:*core.SeccompProfile appArmorProfile?:*core.AppArmorProfile",
  "core.Service":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:core.ServiceSpec status?:core.ServiceStatus",
  "core.ServiceAccount":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta secrets?:[]core.ObjectReference imagePullSecrets?:[]core.LocalObjectReference automountServiceAccountToken?:*bool",
  "core.ServiceAccountTokenProjection": "audience?:string expirationSeconds?:*int64 path:string",
  "core.ServicePort":
    "name?:string protocol?:core.Protocol appProtocol?:*string port:int32 targetPort?:intstr.IntOrString nodePort?:int32",
  "core.ServiceSpec":
    "ports?:[]core.ServicePort selector?:map[string]string clusterIP?:string clusterIPs?:[]string type?:core.ServiceType externalIPs?:[]string sessionAffinity?:core.ServiceAffinity loadBalancerIP?:string loadBalancerSourceRanges?:[]string externalName?:string externalTrafficPolicy?:core.ServiceExternalTrafficPolicy healthCheckNodePort?:int32 publishNotReadyAddresses?:bool sessionAffinityConfig?:*core.SessionAffinityConfig ipFamilies?:[]core.IPFamily ipFamilyPolicy?:*core.IPFamilyPolicy allocateLoadBalancerNodePorts?:*bool loadBalancerClass?:*string internalTrafficPolicy?:*core.ServiceInternalTrafficPolicy trafficDistribution?:*string",
  "core.ServiceStatus": "loadBalancer?:core.LoadBalancerStatus conditions?:[]meta.Condition",
  "core.SessionAffinityConfig": "clientIP?:*core.ClientIPConfig",
  "core.SleepAction": "seconds:int64",
  "core.StorageOSPersistentVolumeSource":
    "volumeName?:string volumeNamespace?:string fsType?:string readOnly?:bool secretRef?:*core.ObjectReference",
  "core.StorageOSVolumeSource":
    "volumeName?:string volumeNamespace?:string fsType?:string readOnly?:bool secretRef?:*core.LocalObjectReference",
  "core.Sysctl": "name:string value:string",
  "core.TCPSocketAction": "port:intstr.IntOrString host?:string",
  "core.Taint": "key:string value?:string effect:core.TaintEffect timeAdded?:*meta.Time",
  "core.Toleration":
    "key?:string operator?:core.TolerationOperator value?:string effect?:core.TaintEffect tolerationSeconds?:*int64",
  "core.TopologySelectorLabelRequirement": "key:string values:[]string",
  "core.TopologySelectorTerm": "matchLabelExpressions?:[]core.TopologySelectorLabelRequirement",
  "core.TopologySpreadConstraint":
    "maxSkew:int32 topologyKey:string whenUnsatisfiable:core.UnsatisfiableConstraintAction labelSelector?:*meta.LabelSelector minDomains?:*int32 nodeAffinityPolicy?:*core.NodeInclusionPolicy nodeTaintsPolicy?:*core.NodeInclusionPolicy matchLabelKeys?:[]string",
  "core.TypedLocalObjectReference": "apiGroup:*string kind:string name:string",
  "core.TypedObjectReference": "apiGroup:*string kind:string name:string namespace?:*string",
  "core.Volume":
    "name:string hostPath?:*core.HostPathVolumeSource emptyDir?:*core.EmptyDirVolumeSource gcePersistentDisk?:*core.GCEPersistentDiskVolumeSource awsElasticBlockStore?:*core.AWSElasticBlockStoreVolumeSource gitRepo?:*core.GitRepoVolumeSource secret?:*core.SecretVolumeSource nfs?:*core.NFSVolumeSource iscsi?:*core.ISCSIVolumeSource glusterfs?:*core.GlusterfsVolumeSource persistentVolumeClaim?:*core.PersistentVolumeClaimVolumeSource rbd?:*core.RBDVolumeSource flexVolume?:*core.FlexVolumeSource cinder?:*core.CinderVolumeSource cephfs?:*core.CephFSVolumeSource flocker?:*core.FlockerVolumeSource downwardAPI?:*core.DownwardAPIVolumeSource fc?:*core.FCVolumeSource azureFile?:*core.AzureFileVolumeSource configMap?:*core.ConfigMapVolumeSource vsphereVolume?:*core.VsphereVirtualDiskVolumeSource quobyte?:*core.QuobyteVolumeSource azureDisk?:*core.AzureDiskVolumeSource photonPersistentDisk?:*core.PhotonPersistentDiskVolumeSource projected?:*core.ProjectedVolumeSource portworxVolume?:*core.PortworxVolumeSource scaleIO?:*core.ScaleIOVolumeSource storageos?:*core.StorageOSVolumeSource csi?:*core.CSIVolumeSource ephemeral?:*core.EphemeralVolumeSource image?:*core.ImageVolumeSource",
  "core.VolumeDevice": "name:string devicePath:string",
  "core.VolumeMount":
    "name:string readOnly?:bool recursiveReadOnly?:*core.RecursiveReadOnlyMode mountPath:string subPath?:string mountPropagation?:*core.MountPropagationMode subPathExpr?:string",
  "core.VolumeMountStatus":
    "name:string mountPath:string readOnly?:bool recursiveReadOnly?:*core.RecursiveReadOnlyMode",
  "core.VolumeNodeAffinity": "required?:*core.NodeSelector",
  "core.VolumeProjection":
    "secret?:*core.SecretProjection downwardAPI?:*core.DownwardAPIProjection configMap?:*core.ConfigMapProjection serviceAccountToken?:*core.ServiceAccountTokenProjection clusterTrustBundle?:*core.ClusterTrustBundleProjection podCertificate?:*core.PodCertificateProjection",
  "core.VolumeResourceRequirements": "limits?:core.ResourceList requests?:core.ResourceList",
  "core.VsphereVirtualDiskVolumeSource":
    "volumePath:string fsType?:string storagePolicyName?:string storagePolicyID?:string",
  "core.WeightedPodAffinityTerm": "weight:int32 podAffinityTerm:core.PodAffinityTerm",
  "core.WindowsSecurityContextOptions":
    "gmsaCredentialSpecName?:*string gmsaCredentialSpec?:*string runAsUserName?:*string hostProcess?:*bool",
  "discovery.Endpoint":
    "addresses:[]string conditions?:discovery.EndpointConditions hostname?:*string targetRef?:*core.ObjectReference deprecatedTopology?:map[string]string nodeName?:*string zone?:*string hints?:*discovery.EndpointHints",
  "discovery.EndpointConditions": "ready?:*bool serving?:*bool terminating?:*bool",
  "discovery.EndpointHints": "forZones?:[]discovery.ForZone forNodes?:[]discovery.ForNode",
  "discovery.EndpointPort": "name?:*string protocol?:*core.Protocol port?:*int32 appProtocol?:*string",
  "discovery.EndpointSlice":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta addressType:discovery.AddressType endpoints:[]discovery.Endpoint ports:[]discovery.EndpointPort",
  "discovery.ForNode": "name:string",
  "discovery.ForZone": "name:string",
  "meta.Condition":
    "type:string status:meta.ConditionStatus observedGeneration?:int64 lastTransitionTime:meta.Time reason:string message:string",
  "meta.DeleteOptions":
    "kind?:string apiVersion?:string gracePeriodSeconds?:*int64 preconditions?:*meta.Preconditions orphanDependents?:*bool propagationPolicy?:*meta.DeletionPropagation dryRun?:[]string ignoreStoreReadErrorWithClusterBreakingPotential?:*bool",
  "meta.FieldSelectorRequirement": "key:string operator:meta.FieldSelectorOperator values?:[]string",
  "meta.LabelSelector": "matchLabels?:map[string]string matchExpressions?:[]meta.LabelSelectorRequirement",
  "meta.LabelSelectorRequirement": "key:string operator:meta.LabelSelectorOperator values?:[]string",
  "meta.ManagedFieldsEntry":
    "manager?:string operation?:meta.ManagedFieldsOperationType apiVersion?:string time?:*meta.Time fieldsType?:string fieldsV1?:*meta.FieldsV1 subresource?:string",
  "meta.ObjectMeta":
    "name?:string generateName?:string namespace?:string selfLink?:string uid?:types.UID resourceVersion?:string generation?:int64 creationTimestamp?:meta.Time deletionTimestamp?:*meta.Time deletionGracePeriodSeconds?:*int64 labels?:map[string]string annotations?:map[string]string ownerReferences?:[]meta.OwnerReference finalizers?:[]string managedFields?:[]meta.ManagedFieldsEntry",
  "meta.OwnerReference":
    "apiVersion:string kind:string name:string uid:types.UID controller?:*bool blockOwnerDeletion?:*bool",
  "meta.Preconditions": "uid?:*types.UID resourceVersion?:*string",
  "networking.HTTPIngressPath":
    "path?:string pathType:*networking.PathType backend:networking.IngressBackend",
  "networking.HTTPIngressRuleValue": "paths:[]networking.HTTPIngressPath",
  "networking.IPBlock": "cidr:string except?:[]string",
  "networking.Ingress":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:networking.IngressSpec status?:networking.IngressStatus",
  "networking.IngressBackend":
    "service?:*networking.IngressServiceBackend resource?:*core.TypedLocalObjectReference",
  "networking.IngressLoadBalancerIngress":
    "ip?:string hostname?:string ports?:[]networking.IngressPortStatus",
  "networking.IngressLoadBalancerStatus": "ingress?:[]networking.IngressLoadBalancerIngress",
  "networking.IngressPortStatus": "port:int32 protocol:core.Protocol error?:*string",
  "networking.IngressRule": "host?:string http?:*networking.HTTPIngressRuleValue",
  "networking.IngressServiceBackend": "name:string port?:networking.ServiceBackendPort",
  "networking.IngressSpec":
    "ingressClassName?:*string defaultBackend?:*networking.IngressBackend tls?:[]networking.IngressTLS rules?:[]networking.IngressRule",
  "networking.IngressStatus": "loadBalancer?:networking.IngressLoadBalancerStatus",
  "networking.IngressTLS": "hosts?:[]string secretName?:string",
  "networking.NetworkPolicy":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta spec?:networking.NetworkPolicySpec",
  "networking.NetworkPolicyEgressRule":
    "ports?:[]networking.NetworkPolicyPort to?:[]networking.NetworkPolicyPeer",
  "networking.NetworkPolicyIngressRule":
    "ports?:[]networking.NetworkPolicyPort from?:[]networking.NetworkPolicyPeer",
  "networking.NetworkPolicyPeer":
    "podSelector?:*meta.LabelSelector namespaceSelector?:*meta.LabelSelector ipBlock?:*networking.IPBlock",
  "networking.NetworkPolicyPort": "protocol?:*core.Protocol port?:*intstr.IntOrString endPort?:*int32",
  "networking.NetworkPolicySpec":
    "podSelector:meta.LabelSelector ingress?:[]networking.NetworkPolicyIngressRule egress?:[]networking.NetworkPolicyEgressRule policyTypes?:[]networking.PolicyType",
  "networking.ServiceBackendPort": "name?:string number?:int32",
  "policy.Eviction":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta deleteOptions?:*meta.DeleteOptions",
  "rbac.AggregationRule": "clusterRoleSelectors?:[]meta.LabelSelector",
  "rbac.ClusterRole":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta rules:[]rbac.PolicyRule aggregationRule?:*rbac.AggregationRule",
  "rbac.ClusterRoleBinding":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta subjects?:[]rbac.Subject roleRef:rbac.RoleRef",
  "rbac.PolicyRule":
    "verbs:[]string apiGroups?:[]string resources?:[]string resourceNames?:[]string nonResourceURLs?:[]string",
  "rbac.Role": "kind?:string apiVersion?:string metadata?:meta.ObjectMeta rules:[]rbac.PolicyRule",
  "rbac.RoleBinding":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta subjects?:[]rbac.Subject roleRef:rbac.RoleRef",
  "rbac.RoleRef": "apiGroup:string kind:string name:string",
  "rbac.Subject": "kind:string apiGroup?:string name:string namespace?:string",
  "storage.StorageClass":
    "kind?:string apiVersion?:string metadata?:meta.ObjectMeta provisioner:string parameters?:map[string]string reclaimPolicy?:*core.PersistentVolumeReclaimPolicy mountOptions?:[]string allowVolumeExpansion?:*bool volumeBindingMode?:*storage.VolumeBindingMode allowedTopologies?:[]core.TopologySelectorTerm",
}

/** Named types that are no structs, and what they are. Those that are not here are strings; `!` reads its own JSON. */
export const named: Readonly<Record<string, string>> = {
  "apiextensions.JSON": "!",
  "apiextensions.JSONSchemaDefinitions": "map[string]apiextensions.JSONSchemaProps",
  "apiextensions.JSONSchemaDependencies": "map[string]apiextensions.JSONSchemaPropsOrStringArray",
  "apiextensions.JSONSchemaPropsOrArray": "!",
  "apiextensions.JSONSchemaPropsOrBool": "!",
  "apiextensions.JSONSchemaPropsOrStringArray": "!",
  "apiextensions.ValidationRules": "[]apiextensions.ValidationRule",
  "authentication.ExtraValue": "[]string",
  "authorization.ExtraValue": "[]string",
  "core.ResourceList": "map[core.ResourceName]resource.Quantity",
  "intstr.IntOrString": "!",
  "meta.FieldsV1": "!",
  "meta.MicroTime": "!",
  "meta.Time": "!",
  "resource.Quantity": "!",
}
