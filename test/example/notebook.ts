import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { blocked, drifted, input, missing, notebook, ready, stepsFor } from "../../lib/index.ts"

/** A notebook without clusters: one original page, copied to any number of mirrors. */
const inputs = {
  greeting: input.text({ help: "What the page says", default: "Hello", file: "page.greeting" }),
  loud: input.flag({ help: "Say it in capitals", default: false }),
  "max-age": input.duration({ help: "How long a copy is good", default: 3600 }),
  folder: input.text({
    per: "site",
    required: true,
    identity: true,
    help: "The folder of this site, as an absolute path",
    prompt: "Folder",
    placeholder: "/absolute/path",
    check: (value: string) => (value.startsWith("/") ? undefined : `${value} is not an absolute path`),
  }),
  footer: input.path({ per: "site", help: "A file whose text ends the page" }),
  mode: input.choice(["copy", "link"], {
    per: "site",
    roles: ["mirror"],
    help: "How a mirror gets the page",
    default: "copy",
  }),
} as const

const roles = { original: "one", mirror: "many" } as const
const pageStep = stepsFor({ roles, inputs })

const pageIn = (folder: string): string => join(folder, "index.html")
const read = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, "utf8") : undefined)
const wanted = ({ greeting, loud }: { greeting: string; loud: boolean }): string =>
  `<h1>${loud ? greeting.toUpperCase() : greeting}</h1>\n`

const tools = pageStep({
  id: "tools",
  title: "Check the commands",
  on: "here",
  prose: "The steps use `cp` and `ln`.",
  check: async ({ $ }) =>
    (await $.which("cp")) === undefined
      ? blocked("cp is not on PATH", { fix: "install coreutils" })
      : ready("cp is on PATH"),
})

const folder = pageStep({
  id: "folder",
  title: "Create the folder",
  on: "every site",
  needs: ["tools"],
  inputs: ["folder"],
  prose: "Every site is a folder.",
  check: ({ site }) =>
    existsSync(site.folder) ? ready("the folder exists") : missing("the folder does not exist"),
  apply: async ({ $, site }) => void (await $`mkdir -p ${site.folder}`),
})

const page = pageStep({
  id: "page",
  title: "Write the page",
  on: "original",
  needs: ["folder"],
  inputs: ["greeting", "loud"],
  prose: "The original page.",
  check: ({ site, inputs }) => {
    const found = read(pageIn(site.folder))
    if (found === undefined) return missing("there is no page yet")
    const wantedPage = wanted(inputs)
    return found === wantedPage
      ? ready("the page is as asked")
      : drifted([{ field: "page", found: found.trim(), wanted: wantedPage.trim() }])
  },
  apply: async ({ $, site, inputs }) =>
    void (await $.with({ input: wanted(inputs) })`tee ${pageIn(site.folder)}`),
  update: async ({ $, site, inputs }) =>
    void (await $.with({ input: wanted(inputs) })`tee ${pageIn(site.folder)}`),
  show: ({ $, site }) => $`cat ${pageIn(site.folder)}`,
  expect: "$ cat index.html\n<h1>Hello</h1>\n",
})

const copy = pageStep({
  id: "copy",
  title: "Copy the page",
  on: "link",
  needs: ["folder", "page"],
  inputs: ["mode"],
  prose: "Each mirror takes the page from the original.",
  check: ({ site, peer }) => {
    const found = read(pageIn(site.folder))
    if (found === undefined) return missing("there is no copy yet")
    return found === read(pageIn(peer.folder))
      ? ready("it is the same page")
      : drifted([], { reason: "it is an older page" })
  },
  apply: async ({ $, site, peer }) => {
    const from = pageIn(peer.folder)
    const to = pageIn(site.folder)
    if (site.mode === "link") await $`ln -sf ${from} ${to}`
    else await $`cp ${from} ${to}`
  },
  update: async ({ $, site, peer }) => void (await $`cp ${pageIn(peer.folder)} ${pageIn(site.folder)}`),
})

const compare = pageStep({
  id: "compare",
  title: "All pages are the same",
  on: "federation",
  needs: ["copy"],
  always: true,
  prose: "Every mirror has the page of the original.",
  check: ({ sites }) => {
    const pages = new Set(sites.map((site) => read(pageIn(site.folder))))
    return pages.size === 1
      ? ready(`${sites.length} sites have the same page`)
      : blocked("the pages differ", { fix: "copy them again", next: "mirror-pages step copy" })
  },
})

const remove = pageStep({
  id: "remove",
  title: "Remove the page",
  on: "every site",
  prose: "The folder stays.",
  check: ({ site }) =>
    existsSync(pageIn(site.folder))
      ? drifted([], { reason: "the page exists", approval: `removes ${pageIn(site.folder)}` })
      : ready("the page does not exist"),
  delete: async ({ $, site }) => void (await $`rm ${pageIn(site.folder)}`),
})

export const mirrors = notebook({
  name: "mirror-pages",
  title: "A page and its mirrors",
  roles,
  inputs,
  steps: [tools, folder, page, copy, compare],
  validate: ({ sites }) => {
    const folders = sites.map((site) => site.folder)
    return new Set(folders).size === folders.length
      ? []
      : [{ what: "two sites have the same folder", fix: "give each its own" }]
  },
  teardown: notebook({
    name: "mirror-pages",
    title: "Remove the pages",
    roles,
    inputs,
    steps: [remove],
  }),
})
