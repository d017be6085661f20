/** Rows about the user: what it proves itself with, and as whom it acts. */
import { anonymous, base64, carolFiles, config, type Row } from "./row.ts"
import { carol } from "./seen.ts"

const files = { "client-certificate": "pki/carol.crt", "client-key": "pki/carol.key" }

export const whoRows: readonly Row[] = [
  { what: "a token", files: { config: config({}, { token: "good" }) }, seen: "token good" },
  {
    what: "a token that the server refuses",
    files: { config: config({}, { token: "stale" }) },
    refused: /Unauthorized|asked for the client to provide credentials/,
  },
  {
    what: "a token with a line break",
    files: { config: config({}, { token: "good\n" }) },
    refused: /invalid header field value|Authorization/i,
  },
  { what: "no user", files: { config: config({}, {}) }, ...anonymous },
  {
    what: "a user that does not exist",
    files: {
      config: config({}, {}, { contexts: [{ name: "prod", context: { cluster: "prod", user: "none" } }] }),
    },
    ...anonymous,
  },
  {
    what: "a context without a user",
    files: {
      config: config({}, { token: "good" }, { contexts: [{ name: "prod", context: { cluster: "prod" } }] }),
    },
    ...anonymous,
  },
  {
    what: "name and password",
    files: { config: config({}, { username: "jo", password: "p:w" }) },
    seen: "password jo:p:w",
  },
  {
    what: "a name without a password",
    files: { config: config({}, { username: "jo" }) },
    seen: "password jo:",
  },
  {
    what: "a password and a token",
    files: { config: config({}, { username: "jo", password: "CANARY", token: "CANARY" }) },
    refused:
      /more than one authentication method found for jo; found \[token basicAuth\], only one is allowed/,
  },
  {
    what: "a certificate as data",
    files: {
      config: config(
        {},
        { "client-certificate-data": base64(carol.certificate), "client-key-data": base64(carol.key) },
      ),
    },
    seen: "nobody certificate carol",
  },
  {
    what: "a certificate in files beside the kubeconfig",
    files: { config: config({}, files), ...carolFiles },
    seen: "nobody certificate carol",
  },
  {
    what: "a certificate and a token",
    files: { config: config({}, { ...files, token: "good" }), ...carolFiles },
    seen: "token good certificate carol",
  },
  {
    what: "a certificate without a key",
    files: { config: config({}, { "client-certificate": "pki/carol.crt" }), ...carolFiles },
    refused:
      /client-key-data or client-key must be specified for jo to use the clientCert authentication method/,
  },
  {
    what: "a certificate whose file does not exist",
    files: { config: config({}, files) },
    refused: /unable to read client-cert .+\/carol\.crt for jo due to/,
  },
  {
    what: "a certificate twice",
    files: {
      config: config({}, { ...files, "client-certificate-data": base64(carol.certificate) }),
      ...carolFiles,
    },
    refused: /client-cert-data and client-cert are both specified for jo/,
  },
  // Token files.
  {
    what: "a token file",
    files: { config: config({}, { tokenFile: "token" }), token: "good\n" },
    seen: "token good",
  },
  {
    what: "a token file before a token",
    files: { config: config({}, { token: "stale", tokenFile: "token" }), token: "good\n" },
    seen: "token good",
  },
  {
    what: "a token where its file does not exist",
    files: { config: config({}, { token: "good", tokenFile: "none" }) },
    seen: "token good",
  },
  {
    what: "a token where its file is empty",
    files: { config: config({}, { token: "good", tokenFile: "token" }), token: "\n" },
    seen: "token good",
  },
  {
    what: "a token file that does not exist",
    files: { config: config({}, { tokenFile: "none" }) },
    refused: /no such file or directory/,
  },
  {
    what: "a token file that is empty",
    files: { config: config({}, { tokenFile: "token" }), token: "\n" },
    refused: /Authorization|read empty token from file/,
  },
  // Impersonation.
  {
    what: "as another user",
    files: { config: config({}, { token: "good", as: "jo" }) },
    seen: "token good as jo",
  },
  {
    what: "as another user with groups, uid and extras",
    files: {
      config: config(
        {},
        {
          token: "good",
          as: "jo",
          "as-groups": ["system:masters", "auditors"],
          "as-uid": "17",
          "as-user-extra": { reason: ["audit", "test"], "acme.com/Pro ject%": ["one"] },
        },
      ),
    },
    seen: "token good as jo uid 17 of system:masters+auditors acme.com%2fpro%20ject%25=one reason=audit+test",
  },
  ...["as-groups", "as-uid", "as-user-extra"].map((key): Row => {
    const value = { "as-groups": ["a"], "as-uid": "1", "as-user-extra": { a: ["b"] } }[key]
    return {
      what: `${key} without as`,
      files: { config: config({}, { token: "good", [key]: value }) },
      refused: /requesting uid, groups or user-extra for jo without impersonating a user/,
    }
  }),
  // Old providers.
  {
    what: "OpenID Connect with a token",
    files: {
      config: config(
        {},
        {
          "auth-provider": {
            name: "oidc",
            config: {
              "client-id": "c",
              "idp-issuer-url": "https://issuer.example",
              "id-token": "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln",
            },
          },
        },
      ),
    },
    seen: "token eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln",
  },
  {
    what: "a provider that was removed",
    files: { config: config({}, { "auth-provider": { name: "gcp", config: { "access-token": "CANARY" } } }) },
    refused: /The gcp auth plugin has been removed\.\s+Please use the "gke-gcloud-auth-plugin"/,
  },
  {
    what: "a provider that is not known",
    files: { config: config({}, { "auth-provider": { name: "foo" } }) },
    refused: /no Auth Provider found for name "foo"/,
  },
]
