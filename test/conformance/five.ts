/** Five Secrets to select from and to page through. */
import { names, said } from "./normal.ts"
import type { Scene } from "./scene.ts"
import { secret } from "./things.ts"

/** Five Secrets: `a` to `e`, of which a, c and e are odd. */
export const five = async ({ admin, core }: Scene): Promise<void> => {
  for (const [at, name] of ["a", "b", "c", "d", "e"].entries()) {
    await admin.post(`${core}/secrets`, secret(name, { letter: name, parity: at % 2 === 0 ? "odd" : "even" }))
  }
}

/** Their names by a query, or what is said to it. */
export const listed = (query: string) => async (scene: Scene) => {
  await five(scene)
  const answer = await scene.admin.get(`${scene.core}/secrets?${query}`)
  return answer.status === 200 ? names(answer).join("") : said(answer)
}
