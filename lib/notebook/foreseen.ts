/**
 * What a step may do, known from the inputs alone: whoever approves a plan has to know it before anything could be checked. One
 * phrase each, which continues "it": "creates project p on https://…".
 */
export interface Foreseen {
  /**
   * `creates`: an object in the site's project. `sends`: a credential that leaves this machine. `outside`: a change outside the
   * site that its check would ask approval for. `also`: anything else, such as a download.
   */
  readonly kind: "creates" | "sends" | "outside" | "also"
  readonly what: string
}

export const creates = (what: string): Foreseen => ({ kind: "creates", what: `creates ${what}` })
export const sends = (what: string, host: string): Foreseen => ({
  kind: "sends",
  what: `sends ${what} to ${host}`,
})
export const outside = (what: string): Foreseen => ({ kind: "outside", what })
export const also = (what: string): Foreseen => ({ kind: "also", what })
