/** Strategic merge patches of a pod. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { deployment } from "../things.ts"

/** A strategic patch of a Deployment's pod: what its containers, volumes and strategy are then. */
const strategic =
  (patch: object) =>
  async ({ admin, apps }: Scene) => {
    const app = {
      name: "app",
      image: "app:1",
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      args: ["x", "y"],
      ports: [{ containerPort: 80 }],
    }
    const two = [app, { name: "side", image: "side:1" }]
    await admin.post(
      `${apps}/deployments`,
      deployment("a", {}, { containers: two, volumes: [{ name: "v", emptyDir: {} }] }),
    )
    const answer = await admin.strategic(`${apps}/deployments/a`, patch)
    if (answer.status !== 200) return said(answer)
    const { containers, volumes } = answer.body.spec.template.spec
    return {
      containers: containers.map(
        (it: { name: string; image: string; env?: object[]; args?: string[]; ports?: object[] }) => ({
          ...{ name: it.name, image: it.image },
          ...(it.env === undefined ? {} : { env: it.env }),
          ...(it.args === undefined ? {} : { args: it.args }),
          ...(it.ports === undefined ? {} : { ports: it.ports }),
        }),
      ),
      volumes,
    }
  }

const inPod = (spec: object) => ({ spec: { template: { spec } } })

export const strategicPatches: Theme = {
  theme: "strategic patches",
  rows: [
    row(
      "strategic: a container merges by name, others stay",
      strategic(inPod({ containers: [{ name: "app", image: "app:2" }] })),
      {
        containers: [
          {
            name: "app",
            image: "app:2",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ],
            args: ["x", "y"],
            ports: [{ containerPort: 80, protocol: "TCP" }],
          },
          { name: "side", image: "side:1" },
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    ),
    row(
      "strategic: a new container comes last",
      strategic(inPod({ containers: [{ name: "new", image: "new:1" }] })),
      {
        containers: [
          { name: "new", image: "new:1" },
          {
            name: "app",
            image: "app:1",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ],
            args: ["x", "y"],
            ports: [{ containerPort: 80, protocol: "TCP" }],
          },
          { name: "side", image: "side:1" },
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    ),
    row(
      "strategic: env merges by name",
      strategic(
        inPod({
          containers: [
            {
              name: "app",
              env: [
                { name: "B", value: "9" },
                { name: "C", value: "3" },
              ],
            },
          ],
        }),
      ),
      {
        containers: [
          {
            name: "app",
            image: "app:1",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "9" },
              { name: "C", value: "3" },
            ],
            args: ["x", "y"],
            ports: [{ containerPort: 80, protocol: "TCP" }],
          },
          { name: "side", image: "side:1" },
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    ),
    row(
      "strategic: lists of words are replaced",
      strategic(inPod({ containers: [{ name: "app", args: ["z"] }] })),
      {
        containers: [
          {
            name: "app",
            image: "app:1",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ],
            args: ["z"],
            ports: [{ containerPort: 80, protocol: "TCP" }],
          },
          { name: "side", image: "side:1" },
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    ),
    row(
      "strategic: $patch delete takes a container out",
      strategic(inPod({ containers: [{ name: "side", $patch: "delete" }] })),
      {
        containers: [
          {
            name: "app",
            image: "app:1",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ],
            args: ["x", "y"],
            ports: [{ containerPort: 80, protocol: "TCP" }],
          },
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    ),
    row(
      "strategic: $patch delete takes an env out",
      strategic(inPod({ containers: [{ name: "app", env: [{ name: "A", $patch: "delete" }] }] })),
      {
        containers: [
          {
            name: "app",
            image: "app:1",
            env: [{ name: "B", value: "2" }],
            args: ["x", "y"],
            ports: [{ containerPort: 80, protocol: "TCP" }],
          },
          { name: "side", image: "side:1" },
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    ),
    row(
      "strategic: $patch replace of a list",
      strategic(inPod({ containers: [{ $patch: "replace" }, { name: "only", image: "only:1" }] })),
      { containers: [{ name: "only", image: "only:1" }], volumes: [{ name: "v", emptyDir: {} }] },
    ),
    row(
      "strategic: $patch replace of a map",
      strategic(inPod({ containers: [{ name: "only", image: "only:1" }], $patch: "replace" })),
      { containers: [{ name: "only", image: "only:1" }] },
    ),
    row(
      "strategic: $setElementOrder orders",
      strategic(
        inPod({
          "$setElementOrder/containers": [{ name: "side" }, { name: "app" }],
          containers: [{ name: "app", image: "app:2" }],
        }),
      ),
      {
        containers: [
          { name: "side", image: "side:1" },
          {
            name: "app",
            image: "app:2",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ],
            args: ["x", "y"],
            ports: [{ containerPort: 80, protocol: "TCP" }],
          },
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    ),
    row("strategic: null removes a list", strategic(inPod({ volumes: null })), {
      containers: [
        {
          name: "app",
          image: "app:1",
          env: [
            { name: "A", value: "1" },
            { name: "B", value: "2" },
          ],
          args: ["x", "y"],
          ports: [{ containerPort: 80, protocol: "TCP" }],
        },
        { name: "side", image: "side:1" },
      ],
    }),
    row(
      "strategic: a volume's $retainKeys changes its source",
      strategic(
        inPod({ volumes: [{ name: "v", $retainKeys: ["name", "configMap"], configMap: { name: "c" } }] }),
      ),
      {
        containers: [
          {
            name: "app",
            image: "app:1",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ],
            args: ["x", "y"],
            ports: [{ containerPort: 80, protocol: "TCP" }],
          },
          { name: "side", image: "side:1" },
        ],
        volumes: [{ name: "v", configMap: { name: "c", defaultMode: 420 } }],
      },
    ),
    row(
      "strategic: ports merge by containerPort",
      strategic(
        inPod({
          containers: [{ name: "app", ports: [{ containerPort: 81 }, { containerPort: 80, name: "web" }] }],
        }),
      ),
      {
        containers: [
          {
            name: "app",
            image: "app:1",
            env: [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ],
            args: ["x", "y"],
            ports: [
              { containerPort: 81, protocol: "TCP" },
              { name: "web", containerPort: 80, protocol: "TCP" },
            ],
          },
          { name: "side", image: "side:1" },
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    ),
    row(
      "strategic: an item without its merge key",
      strategic(inPod({ containers: [{ image: "x" }] })),
      "500 Failure map: map[image:x] does not contain declared merge key: name",
      {
        why: "left out, because both refuse it",
        gives:
          '422 Invalid Deployment.apps "a" is invalid: spec.template.spec.containers[0].name: Required value',
      },
    ),
  ],
}
