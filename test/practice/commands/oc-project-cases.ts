/** `oc whoami`, `oc project`, `oc projects` and `oc new-project`: after the logins, in whose projects they are. */
import { type Case, oc, project } from "./case.ts"

const HINTS = `
You can add applications to this project with the 'new-app' command. For example, try:

    oc new-app rails-postgresql-example

to build a new example application in Ruby. Or use kubectl to deploy a simple Kubernetes application:

    kubectl create deployment hello-node --image=registry.k8s.io/e2e-test-images/agnhost:2.43 -- /agnhost serve-hostname

`
/** The first context is the current one. */
const TWO_CONTEXTS = {
  "two.yaml": `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "{server}", certificate-authority: "{ca}"}}]
users: [{name: u, user: {token: token-of-alice}}]
contexts:
- {name: one, context: {cluster: c, user: u, namespace: here}}
- {name: other, context: {cluster: c, user: u, namespace: there}}
current-context: one
`,
}

/** Run one after the other. */
const projects: Case[] = [
  oc("whoami", "whoami", 0, "alice\n", "", { as: "alice" }),
  oc("whoami -t", "whoami -t", 0, "token-of-alice\n", "", { as: "alice" }),
  oc("whoami --show-server", "whoami --show-server", 0, "{server}\n", "", { as: "alice" }),
  oc("whoami --show-context", "whoami --show-context", 0, "{ns}/{cluster}/alice\n", "", { as: "alice" }),
  oc(
    "whoami with a session that has expired",
    "whoami",
    1,
    "",
    "error: You must be logged in to the server (Unauthorized)\n",
    { as: "expired" },
  ),
  oc("project: which", "project", 0, 'Using project "{ns}" on server "{server}".\n'),
  oc("project -q", "project -q", 0, "{ns}\n"),
  oc(
    "project: which, without rights",
    "project",
    1,
    "",
    'error: you do not have rights to view project "{ns}" specified in your config or the project doesn\'t exist\n',
    { as: "dave" },
  ),
  oc("project: another one", "project second", 0, 'Now using project "second" on server "{server}".\n', "", {
    as: "alice",
    kubeconfig:
      "{rest}- context:\n    cluster: {cluster}\n    namespace: second\n    user: alice/{cluster}\n  name: second/{cluster}/alice\ncurrent-context: second/{cluster}/alice\n{rest}",
  }),
  oc("project: the same", "project {ns}", 0, 'Already on project "{ns}" on server "{server}".\n'),
  oc(
    "project: the name of a context",
    "project {ns}/{cluster}/alice",
    0,
    'Already on project "{ns}" on server "{server}".\n',
    "",
    { as: "alice" },
  ),
  oc(
    "project: the name of another context",
    "project other",
    0,
    'Now using project "there" from context named "other" on server "{server}".\n',
    "",
    { as: "nobody", files: TWO_CONTEXTS, env: { KUBECONFIG: "two.yaml" } },
  ),
  oc(
    "project: not a member",
    "project nope",
    1,
    "",
    'error: You are not a member of project "nope".\nYour projects are:\n* alices\n* The second (second)\n',
    { as: "alice" },
  ),
  oc(
    "project: not there, as administrator",
    "project nope",
    1,
    "",
    'error: A project named "nope" does not exist on "{server}".\nYour projects are:\n* {rest}',
  ),
  oc(
    "projects: none",
    "projects",
    0,
    "You are not a member of any projects. You can request a project to be created with the 'new-project' command.\n",
    "",
    { as: "dave" },
  ),
  oc(
    "projects",
    "projects -n second",
    0,
    "You have access to the following projects and can switch between them with ' project <projectname>':\n\nalices\nsecond - The second\n",
    "",
    { as: "alice" },
  ),
  oc(
    "projects, one of them the current one",
    "projects",
    0,
    'You have access to the following projects and can switch between them with \' project <projectname>\':\n\n    alices\n  * {ns}\n    second - The second\n\nUsing project "{ns}" on server "{server}".\n',
    "",
    { as: "alice", before: project("{ns}", "alice").slice(1) },
  ),
  oc("projects -q", "projects -q", 0, "alices\n{any}\nsecond\n", "", { as: "alice" }),
  oc(
    "new-project",
    "new-project carols",
    0,
    `Now using project "carols" on server "{server}".\n${HINTS}`,
    "",
    {
      as: "carol",
      after: [{ apiVersion: "project.openshift.io/v1", kind: "Project", metadata: { name: "carols" } }],
      kubeconfig: "{rest}current-context: carols/{cluster}/carol\n{rest}",
    },
  ),
  oc(
    "new-project without touching the kubeconfig",
    "new-project carols-2 --skip-config-write --description=d --display-name=n",
    0,
    `Project "carols-2" created on server "{server}".\n\nTo switch to this project and start adding applications, use:\n\n    oc project carols-2\n`,
    "",
    {
      as: "carol",
      after: [
        {
          apiVersion: "project.openshift.io/v1",
          kind: "Project",
          metadata: {
            name: "carols-2",
            annotations: { "openshift.io/description": "d", "openshift.io/display-name": "n" },
          },
        },
      ],
      kubeconfig: "{rest}current-context: {ns}/{cluster}/carol\n{rest}",
    },
  ),
  oc(
    "new-project once more",
    "new-project carols",
    1,
    "",
    'Error from server (AlreadyExists): project.project.openshift.io "carols" already exists\n',
    { as: "carol" },
  ),
]

export default projects
