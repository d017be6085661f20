import { layerOf, type SiteName, siteInputs } from "../../inputs/layers.ts"
import { isPermanent } from "../../inputs/precedence.ts"
import { originKey, type Resolved, resolveInputs } from "../../inputs/resolve.ts"
import { camel } from "../../notebook/inputs.ts"
import { answeredText, colours, wantsColour } from "../../terminal/index.ts"
import type { Answers } from "../ask.ts"
import type { Call } from "../call.ts"
import { answersOf, type OpenedFederation, opened, type Sources } from "../open-federation.ts"
import { say } from "./say.ts"
import { tryServer } from "./try-server.ts"

interface Question {
  readonly input: string
  readonly site: SiteName | undefined
  /** The answer of a bare Enter. */
  readonly preset: unknown
}

/**
 * Asks the questions before a walk: how many sites there are, then each input that has a prompt and that no flag, variable
 * or file sets. A bare Enter repeats the earlier answer.
 * @throws RunbookError with exit code 130 on Ctrl-C: nothing was changed
 */
export async function askForFederation(call: Call, sources: Sources): Promise<OpenedFederation> {
  const answers = answersOf(call)
  const layers = [...sources.layers, layerOf("prompt", answers.layer)]
  const resolve = (): Resolved => resolveInputs(call.notebook, layers, sources.settings)
  say(call, "A few questions first. Your answers are saved with the federation, secrets are not.")
  say(call, "Ctrl-C stops without changing anything.")
  for (;;) {
    await new Round(call, answers, resolve).ask()
    const resolved = resolve()
    const problems = [
      ...resolved.problems,
      ...(call.notebook.validate?.(resolved.federation) ?? []).map(({ what, fix }) => `${what} (${fix})`),
    ]
    if (problems.length === 0) return opened(sources, resolved, answers)
    say(call, "\nThese answers do not fit together:")
    for (const text of problems) say(call, text, "- ")
    say(call, "Answer again; Enter keeps an answer.")
  }
}

/** Every question once; the next questions depend on the answers. */
class Round {
  readonly #call: Call
  readonly #answers: Answers
  readonly #resolve: () => Resolved
  readonly #asked = new Set<string>()
  readonly #explained = new Set<string>()
  #site: string | undefined

  constructor(call: Call, answers: Answers, resolve: () => Resolved) {
    this.#call = call
    this.#answers = answers
    this.#resolve = resolve
  }

  async ask(): Promise<void> {
    for (;;) {
      const resolved = this.#resolve()
      const counts = resolved.missing.filter(({ kind }) => kind === "count")
      if (counts.length > 0) {
        await this.#answers.ask(counts)
        continue
      }
      const next = this.#questions(resolved).find(
        ({ input, site }) => !this.#asked.has(originKey(input, site)),
      )
      if (next === undefined) return
      this.#asked.add(originKey(next.input, next.site))
      await this.#askOne(next)
    }
  }

  #questions({ federation, missing }: Resolved): Question[] {
    const { notebook } = this.#call
    const question = (input: string, holder: object, site?: SiteName): Question[] => {
      const { prompt, asked, secret, per } = notebook.inputs[input]!
      if (per !== (site === undefined ? "federation" : "site")) return []
      if (isPermanent(federation.origins[originKey(input, site)])) return []
      const values = { ...federation.values, ...holder }
      const isMissing = missing.some(
        (one) => one.kind === "input" && one.input === input && one.site?.name === site?.name,
      )
      const wanted = prompt !== undefined && secret !== true && (asked?.(values) ?? true)
      return isMissing || wanted
        ? [{ input, site, preset: (holder as Record<string, unknown>)[camel(input)] }]
        : []
    }
    return [
      ...Object.keys(notebook.inputs).flatMap((input) => question(input, federation.values)),
      // Of a site of another party nothing is asked.
      ...federation.sites
        .filter(({ party }) => party === undefined)
        .flatMap((site) => siteInputs(notebook, site.role).flatMap((input) => question(input, site, site))),
    ]
  }

  async #askOne(question: Question): Promise<void> {
    this.#introduce(question)
    const { input, site } = question
    let { preset } = question
    const isTried = this.#call.notebook.inputs[input]!.probe !== undefined && site !== undefined
    for (;;) {
      await this.#answers.askInput(input, site, preset, isTried)
      if (!isTried) return
      const address = (): Record<string, string | undefined> =>
        this.#resolve().federation.sites.find(({ name }) => name === site.name) as never
      const server = address()[camel(input)]!
      const accepted = await tryServer(
        this.#call,
        () => ({ ...address(), server }),
        () => this.#askAuthority(site),
      )
      const { io, out } = this.#call
      const paints = colours(wantsColour(out.stdout, io.env))
      out.print(answeredText(this.#answers.messageOf(input, site), server, accepted, { colours: paints }))
      if (accepted) return
      preset = server
    }
  }

  async #askAuthority(site: SiteName): Promise<void> {
    this.#asked.add(originKey("certificate-authority", site))
    await this.#answers.askInput("certificate-authority", site)
  }

  /** Prints the name of each site once, and the help of an input the first time. */
  #introduce({ input, site }: Question): void {
    const { io, out, notebook } = this.#call
    const { bold, dim } = colours(wantsColour(out.stdout, io.env))
    if (site?.name !== this.#site) out.print(`\n${bold(site!.name)}\n`)
    this.#site = site?.name
    const { help, prompt } = notebook.inputs[input]!
    const explain = prompt !== undefined && !help.startsWith(prompt) && !this.#explained.has(input)
    if (explain) out.print(`${dim(`  ${help}`)}\n`)
    this.#explained.add(input)
  }
}
