import { type Site, shellWord } from "../../lib/index.ts"
import type { SiteInputs } from "../context.ts"

/** A command to type next, at another site than the step's own: with that site's kubeconfig. */
export const atSite = (
  { at }: { at(site: Site<SiteInputs>): { readonly kubeconfig: string } },
  site: Site<SiteInputs>,
  command: string,
): string => `KUBECONFIG=${shellWord(at(site).kubeconfig)} ${command}`
