/** What the compiler checks of a notebook's steps: with a wrong name the type is a sentence, which no list of steps is. */
import type { Scope } from "./roles.ts"
import type { Step } from "./step.ts"

/**
 * The mistakes in the names of a notebook's steps; `unknown` where there are none. Names that are only known as `string` are
 * left to `notebook`, which checks all of them when it runs.
 */
export type CheckedSteps<All extends Step, Role extends string, Input extends string> = [
  StepMistakes<All, All, Role, Input>,
] extends [never]
  ? unknown
  : StepMistakes<All, All, Role, Input>

/** One sentence for each wrong name. It distributes over `Each`, and over `All` to find who provides a value. */
export type StepMistakes<Each extends Step, All extends Step, Role extends string, Input extends string> =
  Each extends Step<infer Id, infer On, infer Needs, infer Inputs, infer _, infer Reads>
    ?
        | (string extends On
            ? never
            : `step ${Id} is on "${Exclude<On, Role | Scope>}", which is not a role of the notebook`)
        | (string extends Needs
            ? never
            : `step ${Id} needs ${Exclude<Needs, All["id"]>}, which is not a step of the notebook`)
        | (string extends Inputs
            ? never
            : `step ${Id} has the input ${Exclude<Inputs, Input>}, which is not one of the notebook`)
        | (string extends Reads
            ? never
            : {
                [Name in Reads]: (
                  All extends Step<infer P, string, string, string, infer V>
                    ? // What a step provides that is only known as `string` may be this one.
                      string extends V
                      ? string
                      : Name extends V
                        ? P
                        : never
                    : never
                ) extends infer Provider extends string
                  ? [Provider] extends [never]
                    ? `step ${Id} reads the value ${Name}, which no step provides`
                    : string extends Provider
                      ? never
                      : `step ${Id} reads the value ${Name} and has to need ${Exclude<Provider, Needs>}, which provides it`
                  : never
              }[Reads])
    : never
