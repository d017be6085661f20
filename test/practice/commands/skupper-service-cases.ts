import { type Case, call, conditions, NAME_RULE, pending, ready, SKUPPER, skupper } from "./case.ts"

const superlink = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "superlink" },
  spec: {
    selector: { matchLabels: { app: "superlink" } },
    template: {
      metadata: { labels: { app: "superlink" } },
      spec: { containers: [{ name: "superlink", image: "example/superlink:1" }] },
    },
  },
}
const configured = {
  conditions: conditions({ Configured: true, Ready: "Not Matched" }),
  status: "Pending",
  message: "Not Matched",
}
const connectorSpec = { routingKey: "fleet-api", port: 9092, type: "tcp", selector: "app=superlink" }
const connector = (more: object = {}) => skupper("Connector", "fleet-api", { spec: connectorSpec, ...more })
const listenerSpec = { routingKey: "fleet-api", host: "fleet-api", port: 9092, type: "tcp" }
const listener = (more: object = {}) => skupper("Listener", "fleet-api", { spec: listenerSpec, ...more })
const CONNECTORS = "NAME\t\tSTATUS\tROUTING-KEY\tSELECTOR\tHOST\tPORT\tHAS MATCHING LISTENER\tMESSAGE\n"
const LISTENERS = "NAME\t\tSTATUS\tROUTING-KEY\tHOST\t\tPORT\tMATCHING-CONNECTOR\tMESSAGE\n"

/** What waits its whole timeout; first, so that they wait together. */
export const slow: Case[] = [
  call(
    "connector create whose pods never come: no status at all; it stays",
    "connector create nopods 80 --timeout 10s",
    1,
    'Connector "nopods" is not yet configured, check the status for more information\n\n',
    { after: [skupper("Connector", "nopods", { spec: { selector: "app=nopods" } })] },
  ),
]

const cases: Case[] = [
  call(
    "connector create by workload",
    "connector create fleet-api 9092 --workload deployment/superlink",
    0,
    'Connector "fleet-api" is configured.\n',
    { before: [superlink], meanwhile: { kind: "Connector", status: configured }, after: [connector()] },
  ),
  call(
    "connector create by workload that is not there",
    "connector create fleet-api 9092 --workload deployment/superlink",
    2,
    'failed trying to get Deployment specified by workload: deployments.apps "superlink" not found\n',
    { gone: [{ apiVersion: SKUPPER, kind: "Connector", name: "fleet-api" }] },
  ),
  call("connector create, defaults, any port", "connector create c2 99999 --wait none", 0, "", {
    after: [
      skupper("Connector", "c2", {
        spec: { routingKey: "c2", port: 99999, type: "tcp", selector: "app=c2" },
      }),
    ],
  }),
  call(
    "connector create by host, with a routing key",
    "connector create c 80 --host 10.0.0.1 -r key --include-not-ready --wait none",
    0,
    "",
    {
      after: [
        skupper("Connector", "c", {
          spec: { routingKey: "key", port: 80, type: "tcp", host: "10.0.0.1", includeNotReadyPods: true },
        }),
      ],
    },
  ),
  call(
    "connector create once more",
    "connector create fleet-api 9092",
    2,
    "There is already a connector fleet-api created for namespace {ns}\n",
    { before: [connector()] },
  ),
  call(
    "connector create without a port",
    "connector create c",
    2,
    "connector name and port must be configured\n",
  ),
  call(
    "connector create, much wrong",
    "connector create C_1 x --host h! --selector a=b,c=d --type udp --tls-credentials none --routing-key A --timeout 5s",
    2,
    [
      `connector name is not valid: ${NAME_RULE}`,
      'connector port is not valid: strconv.Atoi: parsing "x": invalid syntax',
      `routing key is not valid: ${NAME_RULE}`,
      "tls-secret is not valid: does not exist",
      "connector type is not valid: value udp not allowed. It should be one of this options: [tcp]",
      "If host is configured, cannot configure workload or selector",
      "host is not valid: a valid IP address or hostname is expected",
      "If selector is configured, cannot configure workload or host",
      "selector is not valid: value does not match this regular expression: ^[A-Za-z0-9=:./-]+$",
      "timeout is not valid: duration must not be less than 10s; got 5s",
      "",
    ].join("\n"),
  ),
  call(
    "connector create, workload of a kind that has none",
    "connector create c 80 --workload cronjob/x",
    2,
    "workload is not valid: resource-type does not match expected value: deployment/service/daemonset/statefulset\n",
  ),
  call("connector status: none", "connector status", 0, "No connectors found\n"),
  call(
    "connector status, not matched",
    "connector status",
    0,
    `${CONNECTORS}fleet-api\tPending\tfleet-api\tapp=superlink\t\t9092\tfalse\t\t\tNot Matched\n`,
    { before: [connector({ status: configured })] },
  ),
  call(
    "connector status, matched",
    "connector status",
    0,
    `${CONNECTORS}fleet-api\tReady\tfleet-api\tapp=superlink\t\t9092\ttrue\t\t\tOK\n`,
    { before: [connector({ status: ready({ hasMatchingListener: true }) })] },
  ),
  call(
    "connector status of one",
    "connector status fleet-api",
    0,
    "Name:\t\tfleet-api\nStatus:\t\tReady\nRouting key:\tfleet-api\nSelector:\tapp=superlink\nHost:\t\t\nPort:\t\t9092\nHas Matching Listener:true\nMessage:\tOK\n\n",
    { before: [connector({ status: ready({ hasMatchingListener: true }) })] },
  ),
  call(
    "connector status of one that is not there",
    "connector status x",
    2,
    "connector x does not exist in namespace {ns}\n",
  ),
  call("connector delete", "connector delete fleet-api", 0, 'Connector "fleet-api" deleted\n', {
    before: [connector()],
    gone: [{ apiVersion: SKUPPER, kind: "Connector", name: "fleet-api" }],
  }),
  call("connector delete without a name", "connector delete", 2, "connector name must be specified\n"),
  call("listener create", "listener create fleet-api 9092", 0, 'Listener "fleet-api" is configured.\n', {
    meanwhile: { kind: "Listener", status: configured },
    after: [listener()],
  }),
  call(
    "listener create with its flags",
    "listener create l 80 --host here --routing-key key --wait none",
    0,
    "",
    {
      after: [skupper("Listener", "l", { spec: { routingKey: "key", host: "here", port: 80, type: "tcp" } })],
    },
  ),
  call(
    "listener create once more",
    "listener create fleet-api 9092",
    2,
    "There is already a listener fleet-api created for namespace {ns}\n",
    { before: [listener()] },
  ),
  {
    ...call(
      "listener create: -r is the connector's alone",
      "listener create l 80 -r k",
      1,
      "unknown shorthand flag: 'r' in -r\n",
    ),
    stderr: "Error: unknown shorthand flag: 'r' in -r\n{rest}",
  },
  call("listener status: none", "listener status", 0, "No listeners found\n"),
  call(
    "listener status",
    "listener status",
    0,
    `${LISTENERS}fleet-api\tPending\tfleet-api\tfleet-api\t9092\tfalse\t\t\tNot Matched\n`,
    { before: [listener({ status: pending("Not Matched") })] },
  ),
  call(
    "listener status of one",
    "listener status fleet-api",
    0,
    "Name:\t\t\tfleet-api\nStatus:\t\t\tReady\nRouting key:\t\tfleet-api\nHost:\t\t\tfleet-api\nPort:\t\t\t9092\nHas Matching Connector:\ttrue\nMessage:\t\tOK\n\n",
    { before: [listener({ status: ready({ hasMatchingConnector: true }) })] },
  ),
  call("listener delete", "listener delete fleet-api", 0, 'Listener "fleet-api" deleted\n', {
    before: [listener()],
    gone: [{ apiVersion: SKUPPER, kind: "Listener", name: "fleet-api" }],
  }),
]
export default cases
