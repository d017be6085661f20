/** Helpers below the public names, for notebooks that log in or write files in ways of their own. They may change. */
export { expandVariables } from "./cluster/container-words.ts"
export { proxyFor } from "./cluster/proxy.ts"
export { writeWhole } from "./cluster/whole-file.ts"
export { keepProxy } from "./login/context.ts"
export {
  assertGiven,
  authorityOf,
  keptSettings,
  proxyOf,
  readInputFile,
  readPasswordFile,
  readTokenFile,
  writeSession,
} from "./login/files.ts"

export { isForbidden, isForbiddenError } from "./notebook/check-result.ts"
export { draftOf } from "./notebook/draft-name.ts"
export { hostnameOf, normalServer, sameServer } from "./notebook/server-url.ts"
export { readRegularText } from "./regular-file.ts"

/** Writing, copying and reading kubeconfig files; loaded when first used. */
export const kubeconfigs = () => import("./cluster/kubeconfig.ts")
/** OpenShift's login with user name and password; loaded when first used. */
export const oauth = () => import("./cluster/oauth.ts")
