/** What is refused of workloads, and what never changes. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { deployment, pod } from "../things.ts"
export const workloads: Theme = {
  theme: "workloads that are refused",
  rows: [
    row(
      "a Deployment's selector cannot change",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments`, deployment("a"))
        return (
          await admin.merge(`${apps}/deployments/a`, {
            spec: {
              selector: { matchLabels: { app: "b" } },
              template: { metadata: { labels: { app: "b" } } },
            },
          })
        ).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'Deployment.apps "a" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
        reason: "Invalid",
        details: {
          name: "a",
          group: "apps",
          kind: "Deployment",
          causes: [
            {
              reason: "FieldValueInvalid",
              message: 'Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
              field: "spec.selector",
            },
          ],
        },
        code: 422,
      },
    ),
    row(
      "a Deployment's selector must match its pods",
      async ({ admin, apps }) => {
        return (
          await admin.post(`${apps}/deployments`, {
            ...deployment("a"),
            spec: { ...deployment("b").spec, selector: { matchLabels: { app: "a" } } },
          })
        ).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'Deployment.apps "a" is invalid: spec.template.metadata.labels: Invalid value: {"app":"b"}: `selector` does not match template `labels`',
        reason: "Invalid",
        details: {
          name: "a",
          group: "apps",
          kind: "Deployment",
          causes: [
            {
              reason: "FieldValueInvalid",
              message: 'Invalid value: {"app":"b"}: `selector` does not match template `labels`',
              field: "spec.template.metadata.labels",
            },
          ],
        },
        code: 422,
      },
    ),
    row(
      "a Deployment without selector",
      async ({ admin, apps }) => {
        const { selector, ...spec } = deployment("a").spec
        return said(await admin.post(`${apps}/deployments`, { ...deployment("a"), spec }))
      },
      '422 Invalid Deployment.apps "a" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`]',
    ),
    row(
      "a Deployment without anything",
      async ({ admin, apps }) => said(await admin.post(`${apps}/deployments`, { metadata: { name: "a" } })),
      '422 Invalid Deployment.apps "a" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`, spec.template.spec.containers: Required value]',
    ),
    row(
      "a Deployment's pod without containers",
      async ({ admin, apps }) =>
        said(await admin.post(`${apps}/deployments`, deployment("a", {}, { containers: [] }))),
      '422 Invalid Deployment.apps "a" is invalid: spec.template.spec.containers: Required value',
    ),
    row(
      "two containers of one name",
      async ({ admin, apps }) => {
        return said(
          await admin.post(
            `${apps}/deployments`,
            deployment(
              "a",
              {},
              {
                containers: [
                  { name: "x", image: "a" },
                  { name: "x", image: "b" },
                ],
              },
            ),
          ),
        )
      },
      '422 Invalid Deployment.apps "a" is invalid: spec.template.spec.containers[1].name: Duplicate value: "x"',
    ),
    row(
      "a container's name that is none",
      async ({ admin, apps }) =>
        said(
          await admin.post(
            `${apps}/deployments`,
            deployment("a", {}, { containers: [{ name: "X_y", image: "a" }] }),
          ),
        ),
      "422 Invalid Deployment.apps \"a\" is invalid: spec.template.spec.containers[0].name: Invalid value: \"X_y\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ),
    row(
      "a mount of a volume that is not there",
      async ({ admin, apps }) => {
        return said(
          await admin.post(
            `${apps}/deployments`,
            deployment(
              "a",
              {},
              { containers: [{ name: "x", image: "a", volumeMounts: [{ name: "v", mountPath: "/v" }] }] },
            ),
          ),
        )
      },
      '422 Invalid Deployment.apps "a" is invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ),
    row(
      "a request above its limit",
      async ({ admin, apps }) => {
        return said(
          await admin.post(
            `${apps}/deployments`,
            deployment(
              "a",
              {},
              {
                containers: [
                  { name: "x", image: "a", resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } },
                ],
              },
            ),
          ),
        )
      },
      '422 Invalid Deployment.apps "a" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      { why: "left out, because it is the user's own number", gives: "201 Deployment" },
    ),
    row(
      "an amount that is none",
      async ({ admin, apps }) => {
        const answer = await admin.post(
          `${apps}/deployments`,
          deployment(
            "a",
            {},
            { containers: [{ name: "x", image: "a", resources: { limits: { memory: "1Gb" } } }] },
          ),
        )
        return said(answer)
      },
      "400 BadRequest Deployment in version \"v1\" cannot be handled as a Deployment: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ),
    row(
      "replicas below zero",
      async ({ admin, apps }) =>
        said(await admin.post(`${apps}/deployments`, deployment("a", { replicas: -1 }))),
      '422 Invalid Deployment.apps "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ),
    row(
      "a pod's spec cannot change but its image",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        const image = await admin.strategic(`${core}/pods/a`, {
          spec: { containers: [{ name: "app", image: "app:2" }] },
        })
        const args = await admin.strategic(`${core}/pods/a`, {
          spec: { containers: [{ name: "app", args: ["x"] }] },
        })
        return [image.body.spec.containers[0].image, said(args).split("\n")[0]]
      },
      [
        "app:2",
        '422 Invalid Pod "a" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      ],
    ),
  ],
}
