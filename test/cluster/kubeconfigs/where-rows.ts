/** Rows about the server, its certificate, and the way to it. */
import { base64, config, elsewhere, type Row } from "./row.ts"
import { ca } from "./seen.ts"

const user = { token: "good" }
const through = (proxy: string, more: object = {}) => ({ ...elsewhere, "proxy-url": proxy, ...more })

export const whereRows: readonly Row[] = [
  // The server.
  {
    what: "a server under a path",
    files: { config: config({ server: "SERVER/k8s/clusters/c-m-abc" }, user) },
    seen: "token good at /k8s/clusters/c-m-abc",
  },
  {
    what: "a server under a path with a slash at its end",
    files: { config: config({ server: "SERVER/k8s/clusters/c-m-abc/" }, user) },
    seen: "token good at /k8s/clusters/c-m-abc",
  },
  {
    what: "a server under a path, through a proxy",
    files: {
      config: config(through("FIRST", { server: "https://rancher.example/k8s/clusters/c-m-abc" }), user),
    },
    seen: "token good at /k8s/clusters/c-m-abc through proxy first",
  },
  {
    what: "a server without a scheme",
    files: { config: config({ server: "127.0.0.1:PORT", "certificate-authority": "none" }, user) },
    refused: /certificate-authority|does not start with https/,
  },
  {
    what: "no server",
    files: { config: config({ server: "" }, user) },
    refused: /localhost:8080/,
    ours: { refused: /no server found for cluster "prod"/, why: "nobody means localhost:8080" },
  },
  {
    what: "a cluster that does not exist",
    files: {
      config: config({}, user, { contexts: [{ name: "prod", context: { cluster: "none", user: "jo" } }] }),
    },
    refused: /localhost:8080/,
    ours: { refused: /its cluster none does not exist/, why: "nobody means localhost:8080" },
  },
  {
    what: "a user name in the server",
    files: { config: config({ server: "https://u:p@127.0.0.1:PORT" }, user) },
    seen: "password u:p",
    ours: {
      refused: /contains a user name or password/,
      why: "the server's address is shown in many places",
    },
  },
  // Its certificate.
  {
    what: "authority data",
    files: {
      config: config({ "certificate-authority": undefined, "certificate-authority-data": base64(ca) }, user),
    },
    seen: "token good",
  },
  {
    what: "authority data and file",
    files: { config: config({ "certificate-authority-data": base64(ca) }, user) },
    refused: /certificate-authority-data and certificate-authority are both specified for prod/,
  },
  {
    what: "an authority file that does not exist",
    files: { config: config({ "certificate-authority": "none" }, user) },
    refused: /unable to read certificate-authority .+\/none for prod due to/,
  },
  {
    what: "an authority file without a certificate",
    files: { config: config({ "certificate-authority": "junk" }, user), junk: "junk" },
    refused: /unable to load root certificates: unable to parse bytes as PEM block/,
  },
  {
    what: "authority data that is not base64",
    files: {
      config: config({ "certificate-authority": undefined, "certificate-authority-data": "!!!" }, user),
    },
    refused: /illegal base64 data at input byte 0/,
  },
  {
    what: "any certificate",
    files: {
      config: config({ "certificate-authority": undefined, "insecure-skip-tls-verify": true }, user),
    },
    seen: "token good",
  },
  {
    what: "any certificate, and an authority",
    files: { config: config({ "insecure-skip-tls-verify": true }, user) },
    refused: /specifying a root certificates file with the insecure flag is not allowed/,
  },
  {
    what: "any certificate, as text",
    files: {
      config: config({ "certificate-authority": undefined, "insecure-skip-tls-verify": "true" }, user),
    },
    refused:
      /cannot unmarshal string into Go struct field Cluster.clusters.cluster.insecure-skip-tls-verify of type bool/,
  },
  {
    what: "no authority",
    files: { config: config({ "certificate-authority": undefined }, user) },
    refused: /signed by (?:unknown authority|an authority that is not known here)|is self-signed/,
  },
  {
    what: "another name in the certificate",
    files: { config: config({ "tls-server-name": "inside.example" }, user) },
    seen: "token good",
  },
  {
    what: "a name that is not in the certificate",
    files: { config: config({ "tls-server-name": "other.example" }, user) },
    refused: /not other\.example|is for another host name/,
  },
  // The way to it.
  {
    what: "the kubeconfig's proxy",
    files: { config: config(through("FIRST"), user) },
    seen: "token good through proxy first",
  },
  {
    what: "the kubeconfig's proxy, with a password",
    files: { config: config(through("FIRST_AS_JO"), user) },
    seen: "token good through proxy first as jo:p@ss w",
  },
  {
    what: "the kubeconfig's proxy before the environment's",
    files: { config: config(through("FIRST"), user) },
    env: { HTTPS_PROXY: "SECOND", https_proxy: "SECOND" },
    seen: "token good through proxy first",
  },
  {
    what: "the kubeconfig's proxy whatever NO_PROXY says",
    files: { config: config({ "proxy-url": "FIRST" }, user) },
    env: { NO_PROXY: "*" },
    seen: "token good through proxy first",
  },
  {
    what: "the environment's proxy",
    files: { config: config(elsewhere, user) },
    env: { HTTPS_PROXY: "SECOND" },
    seen: "token good through proxy second",
  },
  {
    what: "the environment's proxy, with a password",
    files: { config: config(elsewhere, user) },
    env: { https_proxy: "FIRST_AS_JO" },
    seen: "token good through proxy first as jo:p@ss w",
  },
  {
    what: "no proxy of the environment for this machine",
    files: { config: config({}, user) },
    env: { HTTPS_PROXY: "SECOND" },
    seen: "token good",
  },
  {
    what: "a SOCKS proxy",
    files: { config: config(through("SOCKS"), user) },
    seen: "token good through proxy socks",
  },
  {
    what: "a SOCKS proxy, with a password",
    files: { config: config(through("SOCKS_AS_JO"), user) },
    seen: "token good through proxy socks as jo:p@ss w",
  },
  {
    what: "a proxy without a scheme",
    files: { config: config(through("proxy.example:3128"), user) },
    refused: /invalid 'proxy-url' "proxy.example:3128" for cluster "prod": unsupported scheme/,
  },
  {
    what: "a proxy of another scheme",
    files: { config: config(through("ftp://jo:CANARY@proxy.example:3128"), user) },
    refused: /invalid 'proxy-url' "ftp:\/\/\S+" for cluster "prod": unsupported scheme "ftp"/,
  },
  {
    what: "a proxy that cannot be parsed",
    files: { config: config(through("http://jo:CANARY word@proxy.example:3128"), user) },
    refused: /invalid 'proxy-url' ".*" for cluster "prod": could not parse/,
  },
  {
    what: "a proxy whose password cannot be decoded",
    files: { config: config(through("http://jo:CANARY%zz@proxy.example:3128"), user) },
    refused: /invalid 'proxy-url' ".*" for cluster "prod": could not parse/,
  },
  {
    what: "a proxy at which nothing listens",
    files: { config: config(through("http://jo:CANARY@127.0.0.1:1"), user) },
    refused: /was refused/,
  },
  {
    what: "an empty proxy",
    files: { config: config({ "proxy-url": "" }, user) },
    seen: "token good",
  },
]
