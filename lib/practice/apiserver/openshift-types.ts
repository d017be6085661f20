/** The structs of OpenShift's own built-in kinds, in the form of kube-types.ts; from github.com/openshift/api. */
const object = "kind?:string apiVersion?:string metadata?:meta.ObjectMeta"

export const openshiftStructs: Readonly<Record<string, string>> = {
  "route.Route": `${object} spec:route.RouteSpec status?:route.RouteStatus`,
  "route.RouteSpec":
    "host?:string subdomain?:string path?:string to:route.RouteTargetReference alternateBackends?:[]route.RouteTargetReference port?:*route.RoutePort tls?:*route.TLSConfig wildcardPolicy?:route.WildcardPolicyType httpHeaders?:*route.RouteHTTPHeaders",
  "route.RouteTargetReference": "kind:string name:string weight:*int32",
  "route.RoutePort": "targetPort:intstr.IntOrString",
  "route.TLSConfig":
    "termination:route.TLSTerminationType certificate?:string key?:string caCertificate?:string destinationCACertificate?:string insecureEdgeTerminationPolicy?:route.InsecureEdgeTerminationPolicyType externalCertificate?:*route.LocalObjectReference",
  "route.LocalObjectReference": "name?:string",
  "route.RouteHTTPHeaders": "actions?:route.RouteHTTPHeaderActions",
  "route.RouteHTTPHeaderActions": "response:[]route.RouteHTTPHeader request:[]route.RouteHTTPHeader",
  "route.RouteHTTPHeader": "name:string action:route.RouteHTTPHeaderActionUnion",
  "route.RouteHTTPHeaderActionUnion":
    "type:route.RouteHTTPHeaderActionType set?:*route.RouteSetHTTPHeader delete?:*route.RouteDeleteHTTPHeader",
  "route.RouteSetHTTPHeader": "value:string",
  "route.RouteDeleteHTTPHeader": "",
  "route.RouteStatus": "ingress?:[]route.RouteIngress",
  "route.RouteIngress":
    "host?:string routerName?:string conditions?:[]route.RouteIngressCondition wildcardPolicy?:route.WildcardPolicyType routerCanonicalHostname?:string",
  "route.RouteIngressCondition":
    "type:route.RouteIngressConditionType status:core.ConditionStatus reason?:string message?:string lastTransitionTime?:*meta.Time",
  "project.ProjectRequest": `${object} displayName?:string description?:string`,
}
