/** `oc login`; also on a server that is no OpenShift. */
import { type Case, oc, project } from "./case.ts"

const NONE = `You don't have any projects. You can try to create a new project, by running

    oc new-project <projectname>

`
const asked = (user: string) =>
  `Console URL: {server}/console\nAuthentication required for {server} (openshift)\nUsername: ${user}\nPassword: `
const OPENSHIFT = "OpenShift's own servers"
const LOGIN = "login --server={server} --certificate-authority={ca}"
const config = (namespace: string, user: string, token: string) => `apiVersion: v1
clusters:
- cluster:
    certificate-authority: {ca}
    server: {server}
  name: {cluster}
contexts:
- context:
    cluster: {cluster}
${namespace && `    namespace: ${namespace}\n`}    user: ${user}/{cluster}
  name: ${namespace}/{cluster}/${user}
current-context: ${namespace}/{cluster}/${user}
kind: Config
users:
- name: ${user}/{cluster}
  user:
    token: ${token}
`

/** Run one after the other: what a user sees depends on what was there before. */
const logins: Case[] = [
  oc(
    "login by token, no project",
    `${LOGIN} --token=token-of-dave`,
    0,
    `Logged into "{server}" as "dave" using the token provided.\n\n${NONE}`,
    "",
    {
      needs: OPENSHIFT,
      as: "nobody",
      kubeconfig: config("", "dave", "token-of-dave"),
    },
  ),
  oc(
    "login by token, one project",
    `${LOGIN} --token=token-of-alice`,
    0,
    'Logged into "{server}" as "alice" using the token provided.\n\nYou have one project on this server: "alices"\n\nUsing project "alices".\n',
    "",
    {
      as: "nobody",
      before: project("alices", "alice"),
      kubeconfig: config("alices", "alice", "token-of-alice"),
    },
  ),
  oc(
    "login by password, two projects",
    `${LOGIN} -u alice -p x`,
    0,
    "Login successful.\n\nYou have access to the following projects and can switch between them with 'oc project <projectname>':\n\n  * alices\n    second\n\nUsing project \"alices\".\n",
    "",
    {
      argv: [...LOGIN.split(" "), "-u", "alice", "-p", "alice's password"],
      needs: OPENSHIFT,
      as: "nobody",
      before: project("second", "alice", "The second"),
      kubeconfig: config("alices", "alice", "sha256~{any}"),
    },
  ),
  oc(
    "login by a password that is wrong",
    `${LOGIN} -u alice -p wrong`,
    1,
    "Login failed (401 Unauthorized)\nVerify you have provided the correct credentials.\n",
    "",
    { needs: OPENSHIFT, as: "nobody" },
  ),
  oc(
    "login by password from stdin",
    `${LOGIN} -u carol`,
    0,
    `${asked("carol")}Login successful.\n{rest}`,
    "",
    {
      needs: OPENSHIFT,
      as: "nobody",
      stdin: "carols-password\n",
    },
  ),
  oc(
    "login by password from stdin: the first word is read",
    `${LOGIN} -u alice`,
    1,
    `${asked("alice")}Login failed (401 Unauthorized)\nVerify you have provided the correct credentials.\n`,
    "",
    {
      needs: OPENSHIFT,
      as: "nobody",
      stdin: "alice's password\n",
    },
  ),
  oc(
    "login by a token that does not hold",
    `${LOGIN} --token=wrong`,
    1,
    "",
    "error: The token provided is invalid or expired.\n\n",
    { as: "nobody" },
  ),
  oc(
    "login without credentials",
    LOGIN,
    1,
    'You must obtain an API token by visiting {server}/oauth/token/request\n\nAlternatively, use "oc login --web" to login via your browser. See "oc login --help" for more information.\n',
    "",
    { needs: OPENSHIFT, as: "nobody" },
  ),
  oc(
    "login again with the session that is there",
    "login --server={server} -u dave",
    0,
    'Logged into "{server}" as "dave" using existing credentials.\n\n{rest}',
    "",
    { needs: OPENSHIFT, as: "dave" },
  ),
  oc(
    "login at an unknown authority",
    "login --server={server} --token=x",
    1,
    "",
    "error: The server uses a certificate signed by unknown authority. You may need to use the --certificate-authority flag to provide the path to a certificate file for the certificate authority, or --insecure-skip-tls-verify to bypass the certificate check and use insecure connections.\n",
    { as: "nobody" },
  ),
  oc(
    "login without checking the certificate",
    "login {server} --insecure-skip-tls-verify --token=token-of-dave",
    0,
    `WARNING: Using insecure TLS client config. Setting this option is not supported!\n\nLogged into "{server}" as "dave" using the token provided.\n\n${NONE}`,
    "",
    { needs: OPENSHIFT, as: "nobody" },
  ),
  oc(
    "login with a CA file that is not there",
    "login --server={server} --certificate-authority=/nope.crt --token=x",
    1,
    "",
    "error: open /nope.crt: no such file or directory\n",
    { as: "nobody" },
  ),
  oc(
    "login where nothing listens",
    "login --server=https://{closed} --token=x",
    1,
    "",
    "error: dial tcp {closed}: connect: connection refused - verify you have provided the correct host and port and that the server is currently running.\n",
    { as: "nobody" },
  ),
  oc("login without a server", "login --token=x", 1, "", "error: A server URL must be specified\n", {
    as: "nobody",
  }),
  oc(
    "login --web without a browser",
    `${LOGIN} --web`,
    1,
    "Opening login URL in the default browser: {server}/oauth/authorize?client_id=openshift-cli-client&code_challenge={any}&code_challenge_method=S256&redirect_uri=http%3A%2F%2F127.0.0.1%3A{any}%2Fcallback&response_type=code\n",
    'error: exec: "xdg-open,x-www-browser,www-browser": executable file not found in $PATH\n',
    {
      needs: OPENSHIFT,
      as: "nobody",
      env: { PATH: "/nowhere" },
    },
  ),
  oc("logout of a token that is not OAuth's", "logout", 0, 'Logged "dave" out on "{server}"\n', "", {
    as: "dave",
    needs: OPENSHIFT,
  }),
  oc(
    "logout with a session that has expired",
    "logout",
    1,
    "",
    "error: You must be logged in to the server (Unauthorized)\n",
    { as: "expired" },
  ),
]

/** A server that is no OpenShift. */
const plain: Case[] = [
  oc(
    "login by token",
    `${LOGIN} --token=token-of-alice`,
    0,
    'Logged into "{server}" as "alice" using the token provided.\n\nUsing "default" namespace.  You can switch namespaces with:\n\n oc project <projectname>\n',
    "",
    {
      as: "nobody",
      kubeconfig: config("default", "alice", "token-of-alice"),
    },
  ),
  oc(
    "login --web",
    `${LOGIN} --web`,
    1,
    "",
    "error: couldn't get {server}/.well-known/oauth-authorization-server: unexpected response status {any}\n",
    { as: "nobody" },
  ),
  oc("project, as administrator", "project {ns}", 0, 'Already on project "{ns}" on server "{server}".\n'),
  oc(
    "new-project",
    "new-project fresh",
    1,
    "",
    "Error from server (NotFound): the server could not find the requested resource (get projectrequests.project.openshift.io)\n",
  ),
]

export { logins, plain }
