import { checked, formatValue, parseText, unreadable } from "../inputs/input-values.ts"
import { emptyLayer, type Given, type LayerData, type SiteName } from "../inputs/layers.ts"
import type { Missing } from "../inputs/resolve.ts"
import type { Input } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { fileKey } from "../notebook/roles.ts"
import { shellWord } from "../notebook/shell-word.ts"
import type { PromptIo } from "../terminal/index.ts"

export interface AskOptions extends PromptIo {
  readonly notebook: Notebook
  readonly cwd: string
}

/** The answers so far: a layer that grows until nothing is missing. */
export class Answers {
  readonly layer: LayerData = emptyLayer()
  readonly #options: AskOptions
  readonly #roles = new Map<string, string>()

  constructor(options: AskOptions) {
    this.#options = options
  }

  /**
   * Asks for what is missing. The number of sites comes first: only then is it known what they need, so the caller resolves
   * and asks again until nothing is missing.
   */
  async ask(missing: readonly Missing[]): Promise<void> {
    const counts = missing.filter((one) => one.kind === "count")
    if (counts.length > 0) {
      for (const { role } of counts) await this.#askCount(role)
      return
    }
    for (const one of missing) {
      if (one.kind === "input") await this.askInput(one.input, one.site)
    }
  }

  /**
   * Asks for one input and adds the answer.
   * @param preset the answer of a bare Enter, instead of the one that the notebook suggests
   * @param clear the question leaves nothing on the screen: the caller says whether its answer is accepted
   */
  async askInput(input: string, site: SiteName | undefined, preset?: unknown, clear = false): Promise<void> {
    const io = { ...this.#options, clear }
    const given: Given = { value: await this.#askInput(input, site, preset, io), where: "your answer" }
    if (site === undefined) {
      this.layer.values.set(input, given)
      return
    }
    const values = this.layer.bySite.get(site.name) ?? new Map<string, Given>()
    values.set(input, given)
    this.layer.bySite.set(site.name, values)
    this.#roles.set(site.name, site.role)
  }

  /** The answers as the flags that give them: ' --supernodes 2 --superlink server=…'; without secrets. */
  get flags(): string {
    const { notebook } = this.#options
    const text = (name: string, { value }: Given): string[] => {
      const input = notebook.inputs[name]
      return input === undefined || input.secret === true ? [] : [formatValue(input, value)]
    }
    const words = [...this.layer.counts].flatMap(([role, n]) => [`--${fileKey(role, "many")}`, String(n)])
    for (const [name, given] of this.layer.values) {
      words.push(...text(name, given).flatMap((value) => [`--${name}`, value]))
    }
    for (const [site, values] of this.layer.bySite) {
      const role = this.#roles.get(site)
      const pairs = [...values].flatMap(([name, given]) =>
        text(name, given).map((value) => `${name}=${value}`),
      )
      if (role === undefined || pairs.length === 0) continue
      const many = notebook.roles[role] === "many"
      words.push(`--${role}`, [...(many ? [`name=${site}`] : []), ...pairs].join(","))
    }
    return words.map((word) => ` ${shellWord(word)}`).join("")
  }

  async #askCount(role: string): Promise<void> {
    const { askNumber } = await import("../terminal/index.ts")
    const message = `How many ${fileKey(role, "many")}?`
    this.layer.counts.set(role, await askNumber({ message, default: 1, min: 1, max: 1000 }, this.#options))
  }

  /** The text of a question. */
  messageOf(name: string, site: SiteName | undefined): string {
    const { prompt, help } = this.#options.notebook.inputs[name]!
    return `${site === undefined ? "" : `${site.name}: `}${prompt ?? help}`
  }

  async #askInput(name: string, site: SiteName | undefined, preset: unknown, io: PromptIo): Promise<unknown> {
    const prompts = await import("../terminal/index.ts")
    const { notebook, cwd } = this.#options
    const input: Input = notebook.inputs[name]!
    const message = this.messageOf(name, site)
    const suggested: unknown = preset ?? suggestionOf(input, site)
    const suggestion = suggested === undefined ? undefined : formatValue(input, suggested)
    const check = (text: string): string | undefined => {
      const parsed = parseText(input, text, cwd)
      if ("wrong" in parsed) return parsed.wrong
      return input.type === "path" ? unreadable(input, String(parsed.value)) : undefined
    }
    const value = (text: string): unknown => {
      const parsed = parseText(input, text, cwd)
      return "value" in parsed ? parsed.value : undefined
    }
    if (input.secret === true) return value(await prompts.askSecret({ message, check }, io))
    switch (input.type) {
      case "choice":
        return prompts.askChoice(
          { message, choices: input.choices ?? [], ...(suggestion !== undefined && { default: suggestion }) },
          io,
        )
      case "flag":
        return prompts.askConfirm({ message, default: suggested === true }, io)
      case "number":
        return prompts.askNumber(
          {
            message,
            ...(typeof suggested === "number" && { default: suggested }),
            check: (number) => {
              const parsed = checked(input, number)
              return "wrong" in parsed ? parsed.wrong : undefined
            },
          },
          io,
        )
      case "url":
        return value(
          await prompts.askUrl(
            { message, check, ...(suggestion !== undefined && { default: suggestion }) },
            io,
          ),
        )
      default:
        return value(
          await prompts.askText(
            { message, check, ...(suggestion !== undefined && { default: suggestion }) },
            io,
          ),
        )
    }
  }
}

const suggestionOf = ({ suggest }: Input, site: SiteName | undefined): unknown =>
  typeof suggest === "function" ? suggest(site ?? { name: "", role: "" }) : suggest
