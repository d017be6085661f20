import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { it } from "vitest"
import { type Person, startPeople } from "./people.ts"

it("shows", async () => {
  const people = await startPeople()
  const { host } = people
  const guest = people.guests[0]!
  const F = ["--federation", "federation.yaml"]
  const say = async (who: Person, ...argv: string[]) => {
    const r = await who.call(...argv)
    console.log(
      `### ${who === host ? "host" : "guest"}$ ${argv.join(" ")} → ${r.code}\n${r.stdout}${r.stderr ? `--stderr\n${r.stderr}` : ""}`,
    )
  }
  await say(host, "party", "show")
  await say(host, "plan", ...F, "--trust-file")
  await say(host, "run", ...F, "--yes")
  await say(guest, "request", "trial", ...F, "--yes", "--trust-file", "--purpose", "to see")
  copyFileSync(join(guest.home, "st-marys.request"), join(host.home, "a.request"))
  await say(host, "approve", "a.request", ...F, "--yes")
  await say(host, "approve", "a.request", ...F, "--yes", "--fingerprint", await guest.fingerprint())
  await say(host, "status", ...F)
  await say(host, "run", ...F, "--yes")
  await say(host, "status", ...F)
  copyFileSync(join(host.folder, "messages", "st-marys.approval"), join(guest.home, "a.approval"))
  await say(guest, "accept", "a.approval", ...F, "--fingerprint", await host.fingerprint())
  await say(guest, "run", ...F, "--yes")
  copyFileSync(join(guest.folder, "messages", "the-host.receipt"), join(host.home, "a.receipt"))
  await say(host, "accept", "a.receipt", ...F)
  await say(host, "run", ...F, "--yes")
  await say(host, "doctor", ...F)
  await say(host, "status", ...F, "--live")
  await say(host, "approve", "st-marys", "--again", ...F, "--yes")
  await say(host, "revoke", "st-marys", ...F, "--yes", "--reason", "the study has ended")
  await say(host, "run", ...F, "--yes")
  await say(host, "report", ...F)
  await people.close()
}, 120_000)
