#!/usr/bin/env node
/** The notebook: its sites, its inputs and its steps in order. Run as a program, it is the whole command line. */
import { clusterInputs, input, login, main, notebook } from "flower-runbook"
import { greeting } from "./greeting.js"
import { project } from "./project.js"

export const program = {
  version: "0.1.0",
  notebook: notebook({
    name: "my-notebook",
    title: "A greeting in every cluster",
    roles: { hub: "one", spoke: "many" },
    inputs: {
      ...clusterInputs,
      project: input.name({
        per: "site",
        default: ({ name }) => `greetings-${name}`,
        help: "The project (namespace) of this site",
      }),
      text: input.text({ default: "Hello", help: "What the greeting says" }),
    },
    steps: [login(), project, greeting],
  }),
  // What the pods of this notebook do on practice clusters. It has no pods.
  practiceImages: [],
}

if (import.meta.main) void main(import.meta.url)
