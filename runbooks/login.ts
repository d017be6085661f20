import { contextLogin, login, main, tokenLogin } from "../lib/index.ts"
import type { SiteInputs } from "./context.ts"
import { passwordLogin } from "./openshift/password-login.ts"
import { endingReplaced } from "./openshift/replaced-session.ts"
import { webLogin } from "./openshift/web-login.ts"

const token = {
  ...tokenLogin,
  refused:
    "a token expires after 24 hours and is valid for one cluster: copy a new one from this cluster's web console (Copy login command) into the file",
}

export default login<SiteInputs>({
  methods: [webLogin, token, passwordLogin, contextLogin].map(endingReplaced),
  withoutCommands: ({ via }) => via === "api",
  needs: ["prerequisites"],
  inputs: ["login", "kubeconfig", "proxy"],
  prose: `
Log in to the cluster of this site. The guide does it in the browser:

    oc login --server=<your-openshift-api-endpoint> --web

Log in on the page that opens; afterwards \`oc\` prints \`Login successful.\`

Without a browser, you can use a token (in the web console: your name, *Copy login command*), a user name and a password, or a
context of an existing kubeconfig. Each site's session is stored in a separate file, so your own \`~/.kube/config\` does not
change and clusters cannot be confused. Tokens and passwords are read from files and never appear on a command line.

**Tip.** If you work on a remote machine by SSH, the browser runs on your own machine: the login prints its address and the
\`ssh -L\` command that forwards the callback. \`--callback-port\` sets the port.
`,
  readyWhen:
    "Ready when the site's own kubeconfig has a valid session at the requested server, as the requested user. An expired session is created again; a session that the program created itself is ended when another one replaces it.",
  docs: [
    "https://docs.openshift.com/container-platform/latest/cli_reference/openshift_cli/getting-started-cli.html",
  ],
  show: async ({ $ }) => [await $`oc whoami`, await $`oc whoami --show-server`],
  exclusive: ({ site }) => (site.login === "web" ? "browser" : `login ${site.server}`),
})

if (import.meta.main) void main(import.meta.url)
