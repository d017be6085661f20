/** `skupper listener` */
import { resource } from "./call.ts"
import { commandsOf, field, flag, messageOf, statusOf } from "./endpoint.ts"

export const listener = commandsOf({
  word: "listener",
  kind: "Listener",
  plural: "listeners",
  flags: [{ name: "routing-key" }],
  columns: [
    ["NAME", (one) => one.metadata.name],
    ["STATUS", statusOf],
    ["ROUTING-KEY", field("routingKey")],
    ["HOST", field("host")],
    ["PORT", field("port", "0")],
    ["MATCHING-CONNECTOR", flag("hasMatchingConnector")],
    ["MESSAGE", messageOf],
  ],
  lines: [
    ["Name:\t", (one) => one.metadata.name],
    ["Status:\t", statusOf],
    ["Routing key:\t", field("routingKey")],
    ["Host:\t", field("host")],
    ["Port:\t", field("port", "0")],
    ["Has Matching Connector:\t", flag("hasMatchingConnector")],
    ["Message:\t", messageOf],
  ],
  prepare: async (call) => () => {
    const [name = "", port] = call.args
    const { flags } = call
    const credentials = flags.text("tls-credentials")
    return resource(
      "Listener",
      name,
      {
        routingKey: flags.text("routing-key") || name,
        host: flags.text("host") || name,
        port: Number(port),
        type: flags.text("type"),
        ...(credentials && { tlsCredentials: credentials }),
      },
      call.namespace,
    )
  },
})
