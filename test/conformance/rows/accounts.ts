/** ServiceAccounts of namespaces, and tokens for them. */
import { until } from "../definitions.ts"
import { names, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"

const TOKEN = (core: string) => `${core}/serviceaccounts/default/token`

/** Asks for a token, once the namespace has its account. */
const asked = async ({ admin, core }: Scene, spec: object) => {
  await until(async () => (await admin.get(`${core}/serviceaccounts/default`)).status === 200)
  return admin.post(TOKEN(core), { spec })
}

export const accounts: Theme = {
  theme: "service accounts",
  rows: [
    row(
      "each namespace has one, and has it again when it is deleted",
      async ({ admin, core }) => {
        const has = async () => names(await admin.get(`${core}/serviceaccounts`)).includes("default")
        await until(has)
        const { body } = await admin.get(`${core}/serviceaccounts/default`)
        await admin.delete(`${core}/serviceaccounts/default`)
        await until(has)
        const again = await admin.get(`${core}/serviceaccounts/default`)
        return again.body.metadata.uid !== body.metadata.uid
      },
      true,
    ),
    row(
      "a token: whom it is for, and for how long",
      async (scene) => {
        const { status, body } = await asked(scene, { expirationSeconds: 1200 })
        const [, payload] = body.status.token.split(".")
        const { sub, aud, iss } = JSON.parse(Buffer.from(payload, "base64url").toString())
        return { status, kind: body.kind, spec: body.spec, sub, aud, iss }
      },
      {
        status: 201,
        kind: "TokenRequest",
        spec: {
          audiences: ["https://kubernetes.default.svc"],
          expirationSeconds: 1200,
          boundObjectRef: null,
        },
        sub: "system:serviceaccount:NS:default",
        aud: ["https://kubernetes.default.svc"],
        iss: "https://kubernetes.default.svc",
      },
    ),
    row(
      "its owner is known by it, and has no rights",
      async (scene) => {
        const { body } = await asked(scene, {})
        const own = scene.as(body.status.token)
        try {
          const who = await own.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {
            ...{ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
          })
          const { username, groups } = who.body.status.userInfo
          return [username, groups, said(await own.get(`${scene.core}/pods`))]
        } finally {
          own.close()
        }
      },
      [
        "system:serviceaccount:NS:default",
        ["system:serviceaccounts", "system:serviceaccounts:NS", "system:authenticated"],
        '403 Forbidden pods is forbidden: User "system:serviceaccount:NS:default" cannot list resource "pods" in API group "" in the namespace "NS"',
      ],
    ),
    row(
      "too short a token",
      async (scene) => said(await asked(scene, { expirationSeconds: 60 })),
      '422 Invalid TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ),
    row(
      "a token of nobody",
      async ({ admin, core }) => said(await admin.post(`${core}/serviceaccounts/nobody/token`, { spec: {} })),
      '404 NotFound serviceaccounts "nobody" not found',
    ),
  ],
}
