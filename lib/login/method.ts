import type { Difference } from "../notebook/check-result.ts"
import type { ManualContext } from "../notebook/step.ts"
import type { StepContext } from "../tools.ts"

/** The per-site inputs that logins read, where a notebook has them. */
export interface LoginSite {
  readonly server: string
  /** The method's name, where the notebook lets it be chosen. */
  readonly login?: string
  readonly tokenFile?: string
  readonly context?: string
  /** The kubeconfig that holds the context; default KUBECONFIG, else the user's own. */
  readonly kubeconfig?: string
  readonly certificateAuthority?: string
  /** `none` for none; default what HTTPS_PROXY and NO_PROXY say. */
  readonly proxy?: string
}

/** What a method gets: the context of the login step. */
export type LoginContext<S extends LoginSite = LoginSite> = StepContext<S>
/** What its `manual` gets. */
export type LoginManual<S extends LoginSite = LoginSite> = ManualContext<S>

/** A way to log in. */
export interface LoginMethod<S extends LoginSite = LoginSite> {
  /** As the input `login` names it. */
  readonly name: string
  /** The inputs that it reads. */
  readonly inputs: readonly string[]
  /** Whether the site's values are for this method. */
  isGiven(site: S): boolean
  /**
   * Writes the site's kubeconfig.
   * @returns what to name where the server refuses it; nothing where the login itself has shown that it is accepted
   */
  login(context: LoginContext<S>): Promise<string | undefined>
  /** The credential that a login sends to the server: "the token in FILE". Nothing where the user gives it on the server's own page. */
  sends?(site: S): string | undefined
  /** The login itself can accept a certificate whose authority is not known here. */
  readonly acceptsTrust?: true
  /** What to do when the server refuses it. */
  readonly refused: string
  /**
   * Whether the inputs lead to another connection than that of the site's kubeconfig. Default: whether the authority or
   * the proxy that was given is another one.
   */
  changed?(context: LoginContext<S>): Promise<Difference | undefined>
  /**
   * Whether the session is another one than the inputs ask for.
   * @param user whom the server takes the session for
   */
  otherThan?(context: LoginContext<S>, user: string): Promise<Difference | undefined>
  /** Called at the end of each login; `accepted` is false where it has failed. */
  ended?(context: LoginContext<S>, accepted: boolean): Promise<void>
  /** The same as shell lines, which leave a session in the file that KUBECONFIG names. */
  manual(context: LoginManual<S>): string
}
