import { contextLogin, login, main, tokenLogin } from "../lib/index.ts"
import type { SiteInputs } from "./context.ts"
import { passwordLogin } from "./openshift/password-login.ts"
import { webLogin } from "./openshift/web-login.ts"

const token = {
  ...tokenLogin,
  refused:
    "a token lives 24 hours, and is of one cluster: copy a new one from this cluster's web console (Copy login command) into the file",
}

export default login<SiteInputs>({
  methods: [webLogin, token, passwordLogin, contextLogin],
  needs: ["prerequisites"],
  inputs: ["login", "kubeconfig", "proxy"],
  prose: `
Log in to the cluster of this site. The guide does it in the browser:

    oc login --server=<your-openshift-api-endpoint> --web

The page that opens asks who you are; afterwards \`oc\` says \`Login successful.\`

Where no browser is at hand, a token does (in the web console: your name, *Copy login command*), or a user name and
password, or a context of a kubeconfig that you have. Each site's session is kept in a file of its own, so that your
own \`~/.kube/config\` stays as it is and two clusters never get mixed up. Tokens and passwords are read from files and
are on no command line.

**Tip.** On a machine reached by SSH the browser is on your side: the login prints its address and the \`ssh -L\` line
that brings the answer back. \`--callback-port\` fixes the port.
`,
  readyWhen:
    "Whether the site's own kubeconfig leads to the server asked for, and whom that server takes you for. A session that has expired is made anew.",
  docs: [
    "https://docs.openshift.com/container-platform/latest/cli_reference/openshift_cli/getting-started-cli.html",
  ],
  show: async ({ $ }) => [await $`oc whoami`, await $`oc whoami --show-server`],
  exclusive: ({ site }) => (site.login === "web" ? "browser" : `login ${site.server}`),
})

if (import.meta.main) void main(import.meta.url)
