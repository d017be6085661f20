/** What a revocation cannot end is said before it is approved. */
import { expect, test } from "vitest"
import { parties } from "../../runbooks/parties.ts"

const says = (network: string) => parties.staysAfterRevoking!({ values: { network }, sites: [] }, "st-marys")

test("in a shared network the link of one party stays, and in its own nothing does", () => {
  expect(says("shared")).toContain("revoking does not close the link of st-marys")
  expect(says("shared")).toContain("until st-marys deletes its Link")
  expect(says("per-party")).toBeUndefined()
})
