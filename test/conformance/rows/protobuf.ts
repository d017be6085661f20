/** Bodies in protobuf, as Go's typed clients send them: commands, and controllers for their leader election. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"

/** A field of bytes. */
const field = (number: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body])
}
const text = (number: number, value: string): Buffer => field(number, Buffer.from(value))
const integer = (number: number, value: number): Buffer => Buffer.concat([varint(number * 8), varint(value)])

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}

/** `k8s\0`, then an envelope of type and object. */
const body = (apiVersion: string, kind: string, ...fields: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from("k8s\0"), field(1, text(1, apiVersion), text(2, kind)), field(2, ...fields)])

const TYPE = { "content-type": "application/vnd.kubernetes.protobuf", accept: "application/json" }

/** 2026-11-30T01:02:03.456789Z */
const time = (number: number): Buffer => field(number, integer(1, 1_796_000_523), integer(2, 456_789_000))

export const protobuf: Theme = {
  theme: "protobuf",
  rows: [
    row(
      "a Namespace",
      async ({ admin, id }) => {
        const namespace = body("v1", "Namespace", field(1, text(1, `p-${id}`)))
        return said(await admin.send("POST", "/api/v1/namespaces", namespace, TYPE))
      },
      "201 Namespace",
    ),
    row(
      "a Lease with an owner: times in microseconds",
      async ({ admin, core }) => {
        const owner = field(
          13,
          ...[text(1, "ConfigMap"), text(3, "a"), text(4, "u"), text(5, "v1")],
          ...[integer(6, 1), integer(7, 0)],
        )
        const spec = [text(1, "me"), integer(2, 15), time(3), time(4), integer(5, 3)]
        const leases = `${core.replace("/api/v1", "/apis/coordination.k8s.io/v1")}/leases`
        const lease = body(
          "coordination.k8s.io/v1",
          "Lease",
          field(1, text(1, "a"), owner),
          field(2, ...spec),
        )
        const { spec: read, metadata } = (await admin.send("POST", leases, lease, TYPE)).body
        // Without the zone: outcomes hide whole times.
        return [{ ...read, renewTime: read.renewTime.slice(0, -1) }, metadata.ownerReferences]
      },
      [
        {
          holderIdentity: "me",
          leaseDurationSeconds: 15,
          acquireTime: "TIME",
          renewTime: "2026-11-30T01:02:03.456789",
          leaseTransitions: 3,
        },
        [
          {
            apiVersion: "v1",
            kind: "ConfigMap",
            name: "a",
            uid: "UID",
            controller: true,
            blockOwnerDeletion: false,
          },
        ],
      ],
    ),
  ],
}
